import { useSignal } from '@preact/signals';
import type { TimelineLayout } from './layout.ts';
import type { TimeWindow } from './series-window.ts';

/**
 * A cursor on the bins of the timeline: the mouse puts it, the arrow keys move it, Escape takes it away. `at` is the start
 * of the bin under it (epoch milliseconds), or null; `controls` are the properties of the box that it lives in.
 */
export function useCursor(window: TimeWindow, binSeconds: number, layout: TimelineLayout) {
  const cursor = useSignal<number | null>(null);
  const length = binSeconds * 1000;
  const pointAt = (time: number) => {
    cursor.value = Math.max(window.from, Math.min(window.to - length, Math.floor(time / length) * length));
  };
  const clear = () => {
    cursor.value = null;
  };
  const controls = {
    tabIndex: 0,
    onMouseLeave: clear,
    onBlur: clear,
    onMouseMove(event: MouseEvent) {
      const left = event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
      const share = (left - layout.left) / (layout.right - layout.left);
      if (share >= 0 && share < 1) pointAt(window.from + share * (window.to - window.from));
    },
    onKeyDown(event: KeyboardEvent) {
      if (event.key === 'Escape') clear();
      const step = { ArrowLeft: -length, ArrowRight: length }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      pointAt((cursor.value ?? window.to) + step);
    },
  };
  return { at: cursor.value, controls };
}
