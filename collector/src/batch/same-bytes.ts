/** True where `length` bytes of both views, from their offsets on, are the same. Compares four at a time. */
export function sameBytes(a: DataView, atA: number, b: DataView, atB: number, length: number): boolean {
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (a.getInt32(atA + index, true) !== b.getInt32(atB + index, true)) return false;
  }
  for (; index < length; index++) if (a.getUint8(atA + index) !== b.getUint8(atB + index)) return false;
  return true;
}
