/** RFC 6455, section 5.2. */
export const OPCODE_TEXT = 1;
export const OPCODE_CLOSE = 8;

/** The header of a frame (RFC 6455, section 5.2). */
export interface FrameHeader {
  opcode: number;
  /** The last frame of its message. */
  fin: boolean;
  /** Its message is compressed (RFC 7692, section 6); set on the first frame only. */
  compressed: boolean;
  /** Bytes, the mask included. */
  headerLength: number;
  /** Bytes. */
  payloadLength: number;
}

/** Reads the header that begins at `at`; null where more bytes are needed. */
export function frameHeader(bytes: Uint8Array, at: number): FrameHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  if (view.byteLength < 2) return null;
  const first = view.getUint8(0);
  const second = view.getUint8(1);
  const shortLength = second & 0x7f;
  const lengthBytes = shortLength === 127 ? 8 : shortLength === 126 ? 2 : 0;
  const headerLength = 2 + lengthBytes + (second & 0x80 ? 4 : 0);
  if (view.byteLength < headerLength) return null;
  const payloadLength =
    lengthBytes === 8 ? Number(view.getBigUint64(2)) : lengthBytes === 2 ? view.getUint16(2) : shortLength;
  return {
    opcode: first & 0x0f,
    fin: (first & 0x80) !== 0,
    compressed: (first & 0x40) !== 0,
    headerLength,
    payloadLength,
  };
}

/** The body of a close frame: a code and a reason, or nothing, which stands for 1005 (RFC 6455, section 7.1.5). */
export function codeAndReason(body: Uint8Array): [code: number, reason: string] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return bytes.length < 2 ? [1005, ''] : [bytes.readUInt16BE(0), bytes.toString('utf8', 2)];
}
