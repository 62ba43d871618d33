import type { CodeKey } from './close-codes.ts';

/** The mark of a close code. 1007 is hatched, so that it is never told by its colour alone. */
export function Swatch({ code, size = 12 }: { code: CodeKey; size?: number }) {
  return (
    <svg class="swatch" width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" rx="2" class={`fill-${code}`} />
    </svg>
  );
}

/** The hatch of 1007, once in the page; every mark refers to it. */
export function HatchDefinition() {
  return (
    <svg class="definitions" aria-hidden="true">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="5" height="5" class="hatch-ground" />
          <rect width="1.6" height="5" class="hatch-line" />
        </pattern>
      </defs>
    </svg>
  );
}
