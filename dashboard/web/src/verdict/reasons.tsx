import type { ComponentChildren } from 'preact';
import { factAndRest, type Reason } from './words.ts';

/** Reasons are a pair: why we think so, and what we ruled out. */
export function Reasons({ evidence, dismissed }: { evidence: readonly string[]; dismissed: readonly string[] }) {
  return (
    <ReasonPair>
      <ReasonList title="Why we think so" reasons={evidence.map(factAndRest)} isFor />
      <ReasonList title="What we ruled out, and why" reasons={dismissed.map(factAndRest)} />
    </ReasonPair>
  );
}

/** The two columns. */
export function ReasonPair({ children }: { children: ComponentChildren }) {
  return (
    <section class="reasons" aria-label="Reasons">
      {children}
    </section>
  );
}

/** One column: the fact of each reason in bold. Nothing is drawn for a list that is empty. */
export function ReasonList(props: { title: string; reasons: readonly Reason[]; isFor?: boolean }) {
  if (props.reasons.length === 0) return null;
  return (
    <div class={props.isFor ? 'for' : undefined}>
      <h2>{props.title}</h2>
      <ul>
        {props.reasons.map(({ fact, rest }) => (
          <li key={fact}>
            <b>{fact}</b>
            {rest}
          </li>
        ))}
      </ul>
    </div>
  );
}
