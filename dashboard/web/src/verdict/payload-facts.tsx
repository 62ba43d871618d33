import type { CohortTerm, Verdict, VerdictPayload } from '@closewatch/analyzer';

const DEFECTS: Record<string, string> = {
  invalid_utf8: 'Not UTF-8 in a text message',
  invalid_deflate: 'Compressed message that does not decompress',
  invalid_close_reason: 'Close reason that is not UTF-8',
  application: 'The application itself said 1007',
};

/** Names of the wire in words; one that is not here is shown as it is. */
const ATTRIBUTES: Record<string, string> = {
  'websocket.client.name': 'client',
  'websocket.client.version': 'client version',
  'user_agent.original': 'user agent',
  'service.version': 'server version',
  'service.instance.id': 'server instance',
  'cloud.region': 'region',
  'url.template': 'endpoint',
  'url.path': 'path',
  'websocket.subprotocol': 'subprotocol',
  'websocket.payload.signature': 'payload that looks like',
};

const SENDERS: Record<VerdictPayload['sender'], string> = {
  client: 'The client',
  server: 'The server',
  unknown: 'Not known',
};

/** Who it is and what was sent: names and positions, never bytes. */
export function PayloadFacts({ verdict, payload }: { verdict: Verdict; payload: VerdictPayload }) {
  return (
    <section class="block" aria-labelledby="sent">
      <header>
        <h2 id="sent">Who, and what was sent</h2>
      </header>
      <p class="meta">Positions only. The bytes never leave the application.</p>
      <dl class="pairs">
        {verdict.cohort !== undefined && <Pair term="Who" value={cohortText(verdict.cohort)} />}
        {verdict.alsoPossible?.map(cohort => (
          <Pair key={cohortText(cohort)} term="Can’t be told from" value={cohortText(cohort)} />
        ))}
        <Pair term="Sent by" value={SENDERS[payload.sender]} />
        <Pair term="Defect" value={DEFECTS[payload.defect] ?? payload.defect} note={payload.defect} />
        <Pair term="Looks like" value={payload.signature} />
        {payload.offset !== null && <Pair term="First bad byte" value={`Offset ${payload.offset}, most often`} />}
      </dl>
    </section>
  );
}

function Pair({ term, value, note }: { term: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {value} {note !== undefined && <span class="mono second">{note}</span>}
      </dd>
    </div>
  );
}

function cohortText(cohort: readonly CohortTerm[]): string {
  if (cohort.length === 0) return 'No part of the clients stands out';
  return cohort.map(({ attribute, value }) => `${ATTRIBUTES[attribute] ?? attribute} ${value}`).join(', ');
}
