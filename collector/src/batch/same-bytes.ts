/**
 * True where `length` bytes of both views, from their offsets on, are the same. Compares four at a time; the last four overlap
 * those before, so that no byte is compared alone.
 */
export function sameBytes(a: DataView, atA: number, b: DataView, atB: number, length: number): boolean {
  if (length < 4) return sameFewBytes(a, atA, b, atB, length);
  const last = length - 4;
  for (let index = 0; index < last; index += 4) {
    if (a.getInt32(atA + index, true) !== b.getInt32(atB + index, true)) return false;
  }
  return a.getInt32(atA + last, true) === b.getInt32(atB + last, true);
}

function sameFewBytes(a: DataView, atA: number, b: DataView, atB: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (a.getUint8(atA + index) !== b.getUint8(atB + index)) return false;
  return true;
}
