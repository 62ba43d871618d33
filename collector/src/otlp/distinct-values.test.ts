import { describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { PLACE } from '../columns.ts';
import { newIngestTally } from '../ingest-tally.ts';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decodedSpans, ENCODINGS, requestOf } from '../testdata/decoded.ts';
import { otelSpan } from '../testdata/otel-span.ts';
import { RequestDecoder } from './request-decoder.ts';

const LIMITS = { distinctValues: { labels: 3, ids: 5 } };
const DAY_MS = 86_400_000;

/** Paths and client ids of a batch; each request is closes with these paths, the n-th by client n of its request. */
function decoderOf(encoding: (typeof ENCODINGS)[number]) {
  const [decoder, tally] = [new RequestDecoder(LIMITS), newIngestTally()];
  const decode = (paths: string[], batch = new EventBatch(), receivedAt = TEN_O_CLOCK) => {
    const spans = paths.map((path, serial) => {
      const attributes = { 'websocket.close.code': 1000, 'url.path': path, 'websocket.client.id': `client-${serial}` };
      return otelSpan({ name: 'websocket.close', attributes });
    });
    const before = batch.rows;
    decoder.traces(encoding, requestOf(encoding, spans), batch, { receivedAt, trusted: true }, tally);
    return batch.events().slice(before);
  };
  return { decode, tally };
}

describe.each(ENCODINGS)('distinct values, in %s', encoding => {
  it('past the limit of their attribute are kept as other, and counted by it; known ones stay', () => {
    const { decode, tally } = decoderOf(encoding);
    const events = decode(['/a', '/b', '/c', '/d', '/a', '/d', '/e']);
    expect(events.map(event => event.urlPath)).toEqual(['/a', '/b', '/c', 'other', '/a', 'other', 'other']);
    expect(events.map(event => event.clientId).slice(4)).toEqual(['client-4', 'other', 'other']);
    expect(tally.valuesOther).toEqual({ 'url.path': 3, 'websocket.client.id': 2 });
  });

  it('are counted on where the interner is renewed', () => {
    const { decode } = decoderOf(encoding);
    decode(['/a', '/b']);
    expect(decode(['/b', '/c', '/d']).map(event => event.urlPath)).toEqual(['/b', '/c', 'other']);
    expect(decode(['/d', '/a', '/c']).map(event => event.urlPath)).toEqual(['other', '/a', '/c']);
  });

  it('are counted anew each day of receipt, in UTC', () => {
    const { decode } = decoderOf(encoding);
    const batch = new EventBatch();
    const midnight = Math.floor(TEN_O_CLOCK / DAY_MS) * DAY_MS + DAY_MS;
    decode(['/a', '/b', '/c'], batch, TEN_O_CLOCK);
    expect(decode(['/d'], batch, midnight - 1)[0]?.urlPath).toBe('other');
    expect(decode(['/d', '/e', '/f', '/a'], batch, midnight).map(event => event.urlPath)).toEqual([
      '/d',
      '/e',
      '/f',
      'other',
    ]);
  });

  it('are not limited where they are connection ids of our own form', () => {
    const decoder = new RequestDecoder(LIMITS);
    const [batch, tally] = [new EventBatch(), newIngestTally()];
    const ids = Array.from({ length: 50 }, (_, serial) => (serial + 1).toString(16).padStart(16, '0'));
    const spans = ids.map(id => otelSpan({ name: 'websocket.connect', attributes: { 'websocket.connection.id': id } }));
    decoder.traces(encoding, requestOf(encoding, spans), batch, { receivedAt: TEN_O_CLOCK, trusted: true }, tally);
    expect(batch.events().map(event => event.connectionId)).toEqual(ids);
  });
});

describe('distinct values that came with a public token', () => {
  const LIMITS = { distinctValues: { labels: 20, ids: 20 } };
  const pathsOf = (decoder: RequestDecoder, paths: string[], trusted: boolean) => {
    const spans = paths.map((path, serial) =>
      otelSpan({
        name: 'websocket.close',
        kind: 2,
        spanId: (serial + 1).toString(16).padStart(16, '0'),
        attributes: { 'websocket.close.code': 1000, 'url.path': path },
      }),
    );
    return decodedSpans('protobuf', spans, { trusted }, decoder);
  };

  it('have a tenth of the limits, and leave those of trusted senders alone', () => {
    const decoder = new RequestDecoder(LIMITS);
    const invented = Array.from({ length: 50 }, (_, serial) => `/invented/${serial}`);
    const untrusted = pathsOf(decoder, invented, false);
    expect(new Set(untrusted.events.map(event => event.urlPath))).toEqual(
      new Set(['/invented/0', '/invented/1', 'other']),
    );
    expect(untrusted.tally.valuesOther).toEqual({ 'url.path': 48 });
    expect(pathsOf(decoder, ['/real'], true).events[0]?.urlPath).toBe('/real');
    expect(pathsOf(decoder, ['/real'], false).events[0]?.urlPath).toBe('other');
  });

  it('are not kept as texts where they become `other`', () => {
    const decoder = new RequestDecoder(LIMITS);
    const textsAfter = (count: number) =>
      pathsOf(
        decoder,
        Array.from({ length: count }, (_, serial) => `/invented/${serial}`),
        false,
      ).batch.texts.texts;
    expect(textsAfter(500)).toBe(textsAfter(2));
  });
});

describe('a million distinct values of one attribute', () => {
  it('leave 10,000 of them, all others counted, and other attributes as they were', () => {
    const [decoder, tally] = [new RequestDecoder(), newIngestTally()];
    const [paths, schemes] = [new Set<string>(), new Set<string>()];
    const attributes = { 'websocket.close.code': 1000, 'url.path': '/things/0000000', 'url.scheme': 'wss' };
    const span = otelSpan({ name: 'websocket.close', attributes });
    const body = Buffer.from(requestOf('protobuf', Array(4_000).fill(span)));
    for (let serial = 0; serial < 1_000_000; serial += 4_000) {
      numberPaths(body, serial);
      const batch = new EventBatch(undefined, 4_096);
      decoder.traces('protobuf', body, batch, { receivedAt: TEN_O_CLOCK, trusted: true }, tally);
      for (let row = 0; row < batch.rows; row++) {
        paths.add(batch.texts.textOf(batch.columns[PLACE.urlPath]!.texts[row]!));
        schemes.add(batch.texts.textOf(batch.columns[PLACE.urlScheme]!.texts[row]!));
      }
    }
    expect([...schemes]).toEqual(['wss']);
    // A newcomer passes for a known one where both have the same hash of 32 bits: 2.3 do, by expectation.
    expect(paths.size).toBeGreaterThanOrEqual(10_001);
    expect(paths.size).toBeLessThan(10_050);
    expect(tally.valuesOther).toEqual({ 'url.path': 1_000_001 - paths.size });
  });
});

/** Gives the paths of a request other numbers, in place, as they are all of one length. */
function numberPaths(body: Buffer, from: number): void {
  let serial = from;
  for (let at = body.indexOf('/things/'); at >= 0; at = body.indexOf('/things/', at + 1)) {
    body.write(String(serial++).padStart(7, '0'), at + '/things/'.length);
  }
}
