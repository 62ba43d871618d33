import type { Signal } from '@preact/signals';

interface ChoiceProps<T extends string | number> {
  label: string;
  chosen: Signal<T>;
  options: readonly (readonly [T, string])[];
}

/** One of a few: a row of buttons, of which one is pressed. */
export function Choice<T extends string | number>({ label, chosen, options }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend class="unseen">{label}</legend>
      {options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={chosen.value === value}
          onClick={() => {
            chosen.value = value;
          }}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
