import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { otlpLinesFromEvents } from '../otlp/otlp-lines-from-events.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { runCollector } from '../testdata/running-collector.ts';

const MIB = 1024 * 1024;
const GZIP = { 'content-encoding': 'gzip' };

it('refuses gzip bombs that come together, each with an answer, and stores the good request after them', async () => {
  const { post, store, collector, stop } = await runCollector({
    limits: { maxBodyBytes: 4 * MIB, maxHeldBytes: 8 * MIB },
  });
  const bomb = gzipSync(Buffer.alloc(16 * MIB));
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(bomb, GZIP)));
  const statuses = answers.map(answer => answer.status);
  const { tooLarge, overloaded } = collector.counters.requests.http;
  expect(statuses.filter(status => status === 413)).toHaveLength(tooLarge);
  expect(statuses.filter(status => status === 503)).toHaveLength(overloaded);
  expect(tooLarge + overloaded).toBe(20);
  // A bomb that others leave room for comes as far as its own limit; the last one always does.
  expect(tooLarge).toBeGreaterThan(0);
  expect(overloaded).toBeGreaterThan(0);

  const [request] = otlpLinesFromEvents([closeEvent(1)]);
  expect((await post(gzipSync(request as string), GZIP)).status).toBe(200);
  const { events } = await store.readEventsAfter(0, 10);
  expect(events.map(event => event.spanId)).toEqual([closeEvent(1).spanId]);
  await stop();
});
