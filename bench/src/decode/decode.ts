import { join } from 'node:path';
import { EventBatch, newIngestTally, RequestDecoder } from '@closewatch/collector';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import protobuf from 'protobufjs';
import { closeSpans } from '../ingest/close-spans.ts';
import { RequestSource } from '../ingest/request-source.ts';
import { spreadOf, textOfSpread } from '../spread.ts';

const ROUNDS = 7;
/** Spans a side and round: a quarter of a second's work or more. */
const SPANS = 100_000;
const BATCHES = [1, 20, 500];
/** Rows after which the batch is emptied, as after a commit. */
const COMMIT_ROWS = 10_000;

/** What decodes one body, and how many spans that is. */
type Decode = (body: Buffer) => void;

const requestType = protobuf
  .loadSync(join(import.meta.dirname, '../ingest/otlp-trace.proto'))
  .lookupType('ExportTraceServiceRequest');

/** Spans a second on one thread: our decoder into the columns of a batch, beside what turns the same bytes into objects. */
export function benchDecode(): void {
  console.log(
    `${ROUNDS} rounds of ${SPANS.toLocaleString('en')} spans, all sides in each; spans/s, median (min to max)\n`,
  );
  console.log('| encoding | batch | bytes a span | ours, into columns | beside it, into objects | ratio |');
  console.log('|---|---|---|---|---|---|');
  const spans = closeSpans(20_000);
  for (const batch of BATCHES) {
    const source = new RequestSource(spans, batch);
    const bodies = Array.from({ length: SPANS / batch }, () => source.next());
    row('protobuf', batch, bodies, 'protobufjs', body => requestType.decode(body));
  }
  for (const batch of BATCHES.slice(1)) row('JSON', batch, jsonBodies(spans, batch), 'JSON.parse', parse);
}

const parse: Decode = body => JSON.parse(body.toString('utf8'));

function jsonBodies(spans: readonly ReadableSpan[], batch: number): Buffer[] {
  const starts = Array.from({ length: spans.length / batch }, (_, index) => index * batch);
  return starts.map(from => Buffer.from(JsonTraceSerializer.serializeRequest(spans.slice(from, from + batch))!));
}

function row(encoding: 'protobuf' | 'JSON', batch: number, bodies: Buffer[], other: string, beside: Decode): void {
  const ours = intoColumns(encoding === 'JSON' ? 'json' : 'protobuf');
  const rounds = Array.from({ length: ROUNDS + 1 }, () => ({
    ours: rateOf(ours, bodies, batch),
    beside: rateOf(beside, bodies, batch),
  })).slice(1); // the first one compiles
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0) / (bodies.length * batch);
  const text = (side: 'ours' | 'beside') => textOfSpread(spreadOf(rounds.map(round => round[side])));
  const ratio = textOfSpread(spreadOf(rounds.map(round => round.ours / round.beside)), 2);
  console.log(
    `| ${encoding} | ${batch} | ${Math.round(bytes)} | ${text('ours')} | ${other}: ${text('beside')} | ${ratio} |`,
  );
}

function rateOf(decode: Decode, bodies: readonly Buffer[], batch: number): number {
  const began = performance.now();
  for (const body of bodies) decode(body);
  return (bodies.length * batch) / ((performance.now() - began) / 1_000);
}

function intoColumns(encoding: 'protobuf' | 'json'): Decode {
  const [decoder, batch, tally] = [new RequestDecoder(), new EventBatch(), newIngestTally()];
  const receipt = { receivedAt: Date.now(), trusted: true };
  return body => {
    const before = batch.rows;
    decoder.traces(encoding, body, batch, receipt, tally);
    if (batch.rows === before) throw new Error(`expected rows, got ${JSON.stringify(tally)}`);
    if (batch.rows >= COMMIT_ROWS) batch.truncate(0);
  };
}
