import { describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { newIngestTally } from '../ingest-tally.ts';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { jsonRequest, jsonSpan } from '../testdata/json-request.ts';
import { ClockSkew } from './clock-skew.ts';
import { RequestDecoder } from './request-decoder.ts';

describe('the skew of clocks', () => {
  it('is kept by service: the largest, and what its latest events say', () => {
    const decoder = new RequestDecoder();
    const receive = (service: string, receivedAt: number | null) => {
      const body = Buffer.from(jsonRequest([jsonSpan()], { 'service.name': service }));
      decoder.traces('json', body, new EventBatch(), { receivedAt, trusted: true }, newIngestTally());
    };
    receive('ahead', TEN_O_CLOCK - 90_000);
    for (let request = 0; request < 1_000; request++) receive('ahead', TEN_O_CLOCK - 30_000);
    receive('prompt', TEN_O_CLOCK + 100);
    receive('replayed', null);
    const { services } = decoder.clockSkew;
    expect([...services.keys()]).toEqual(['ahead', 'prompt']);
    expect(services.get('ahead')?.largest).toBe(90_000);
    expect(services.get('ahead')?.typical).toBeCloseTo(30_000, 0);
    expect(services.get('prompt')).toEqual({ typical: -100, largest: -100 });
  });

  it('is kept of trusted senders only', () => {
    const decoder = new RequestDecoder();
    const body = Buffer.from(jsonRequest([jsonSpan({ kind: 3 })], { 'service.name': 'gateway' }));
    const receipt = { receivedAt: TEN_O_CLOCK - 90_000, trusted: false };
    const batch = new EventBatch();
    decoder.traces('json', body, batch, receipt, newIngestTally());
    expect([batch.rows, decoder.clockSkew.services.size]).toEqual([1, 0]);
  });

  it('is kept of 200 services, and of all others together', () => {
    const skew = new ClockSkew();
    for (let serial = 0; serial < 1_000; serial++) skew.observe(`service-${serial}`, serial);
    expect(skew.services.size).toBe(201);
    expect(skew.services.get('other')?.largest).toBe(999);
  });
});
