const LETTER = 6.7; // px, a generous mean of 12 px type

/** Width of a label, estimated: measuring text would tie the drawing to a browser. */
export function labelWidth(label: string): number {
  return label.length * LETTER;
}

/** Where a label begins that would like to begin at `wanted`, and must not leave the drawing on the right. */
export function labelStart(wanted: number, label: string, right: number): number {
  return Math.max(0, Math.min(wanted, right - labelWidth(label)));
}
