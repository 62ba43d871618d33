/** Bars of the two drawings, of 100. They are a sketch of how the codes behave, not data. */
const STEP = [0, 0, 0, 0, 0, 0, 0, 0, 34, 52, 46, 60, 38, 50, 64, 42, 56, 48, 36, 58, 44, 62, 50, 40, 54, 46, 60, 52];
const BLOCK = [0, 0, 0, 0, 0, 0, 0, 0, 98, 94, 90, 84, 80, 74, 70, 62, 24, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const WORDS = {
  '1007': 'starts, and does not stop by itself',
  '1012': 'a block, and then back to nothing',
};

/** How a code looks over time: a step that stays, or a block that ends. */
export function Shape({ code }: { code: '1007' | '1012' }) {
  const bars = code === '1007' ? STEP : BLOCK;
  const d = bars.map((high, index) => (high === 0 ? '' : `M${index * 12 + 1} 64V${64 - high * 0.6}h10V64Z`)).join('');
  return (
    <figure>
      <figcaption>{WORDS[code]}</figcaption>
      <svg class="shape" viewBox="0 0 336 65" role="img" aria-label={`Sketch: ${WORDS[code]}`}>
        <path class={`fill-${code}`} d={d} />
        <path class="axis" d="M0 64.5H336" />
      </svg>
    </figure>
  );
}
