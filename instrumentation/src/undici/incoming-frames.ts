import { type FrameHeader, frameHeader, OPCODE_CLOSE, OPCODE_TEXT } from './frame-header.ts';

/** A text message past 1 MiB is followed, and not kept: where its bad byte is stays unknown. undici holds the same bytes meanwhile. */
const MAX_KEPT_BYTES = 1024 * 1024; // 1 MiB

/** A text message that came in uncompressed, by reference to the chunks that it came in. */
export interface TextMessage {
  parts: Uint8Array[];
  /** Frames. */
  frames: number;
  /** Messages before it. */
  index: number;
}

/**
 * Follows the frames of a server without reading payloads: how many messages there were, which text messages the current
 * chunk completed, and the close frame. Only references are kept, and only until the message has passed.
 */
export class IncomingFrames {
  messages = 0;
  /** The text messages that the last chunk completed. */
  completed: TextMessage[] = [];
  /** The body of the close frame; nothing is followed after that. */
  closeBody: Uint8Array | null = null;
  #leftover: Uint8Array | null = null;
  #frame: FrameHeader | null = null;
  #missing = 0;
  #controlParts: Uint8Array[] = [];
  /** Null where the message is binary, compressed or too long. */
  #textParts: Uint8Array[] | null = null;
  #textBytes = 0;
  #frames = 0;

  push(chunk: Uint8Array): void {
    const bytes = this.#leftover ? Buffer.concat([this.#leftover, chunk]) : chunk;
    this.#leftover = null;
    this.completed = [];
    let at = 0;
    while (!this.closeBody) {
      if (!this.#frame) {
        this.#frame = frameHeader(bytes, at);
        if (!this.#frame) {
          if (at < bytes.length) this.#leftover = bytes.slice(at);
          return;
        }
        at += this.#frame.headerLength;
        this.#begin(this.#frame);
      }
      const part = bytes.subarray(at, at + this.#missing);
      this.#keep(this.#frame, part);
      at += part.length;
      this.#missing -= part.length;
      if (this.#missing > 0) return;
      this.#end(this.#frame);
      this.#frame = null;
    }
  }

  #begin(frame: FrameHeader): void {
    this.#missing = frame.payloadLength;
    if (isControl(frame)) return;
    this.#frames += 1;
    if (this.#frames > 1) return;
    this.#textBytes = 0;
    this.#textParts = frame.opcode === OPCODE_TEXT && !frame.compressed ? [] : null;
  }

  #keep(frame: FrameHeader, part: Uint8Array): void {
    if (isControl(frame)) {
      if (frame.opcode === OPCODE_CLOSE) this.#controlParts.push(part);
      return;
    }
    this.#textBytes += part.length;
    if (this.#textBytes > MAX_KEPT_BYTES) this.#textParts = null;
    this.#textParts?.push(part);
  }

  #end(frame: FrameHeader): void {
    if (frame.opcode === OPCODE_CLOSE) this.closeBody = Buffer.concat(this.#controlParts);
    if (isControl(frame) || !frame.fin) return;
    if (this.#textParts) {
      this.completed.push({ parts: this.#textParts, frames: this.#frames, index: this.messages });
    }
    this.messages += 1;
    this.#frames = 0;
    this.#textParts = null;
  }
}

/** RFC 6455, section 5.5. */
function isControl(frame: FrameHeader): boolean {
  return frame.opcode >= OPCODE_CLOSE;
}
