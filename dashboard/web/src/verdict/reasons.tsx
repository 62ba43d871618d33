import type { ComponentChildren } from 'preact';
import { factAndRest } from './words.ts';

/** Reasons are a pair: why we think so, and what we ruled out. */
export function Reasons({ evidence, dismissed }: { evidence: readonly string[]; dismissed: readonly string[] }) {
  return (
    <ReasonPair>
      <ReasonList title="Why we think so" sentences={evidence} isFor />
      <ReasonList title="What we ruled out, and why" sentences={dismissed} />
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

/** One column: the fact of each sentence in bold. Nothing is drawn for a list that is empty. */
export function ReasonList(props: { title: string; sentences: readonly string[]; isFor?: boolean }) {
  if (props.sentences.length === 0) return <div />;
  return (
    <div class={props.isFor ? 'for' : undefined}>
      <h2>{props.title}</h2>
      <ul>
        {props.sentences.map(sentence => {
          const { fact, rest } = factAndRest(sentence);
          return (
            <li key={sentence}>
              <b>{fact}</b>
              {rest}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
