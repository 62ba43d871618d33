import { codeAndReason, frameHeader, OPCODE_CLOSE } from './frame-header.ts';

/** Finds the close frame in what undici writes: a frame at a time, or its header and then its payload. */
export class OutgoingFrames {
  #missing = 0;

  /** The code and the reason of the close frame that this chunk is; null for any other. 1005 stands for none. */
  closeIn(chunk: Uint8Array): [code: number, reason: string] | null {
    if (this.#missing > 0) {
      this.#missing -= chunk.length;
      return null;
    }
    const header = frameHeader(chunk, 0);
    if (!header) return null;
    const { headerLength, payloadLength } = header;
    this.#missing = headerLength + payloadLength - chunk.length;
    if (header.opcode !== OPCODE_CLOSE || this.#missing > 0) return null;
    const mask = chunk.subarray(headerLength - 4, headerLength); // a client masks (RFC 6455, section 5.3)
    return codeAndReason(chunk.subarray(headerLength).map((byte, index) => byte ^ (mask[index % 4] as number)));
  }
}
