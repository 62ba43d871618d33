import { INVALID_SPAN_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { Departure, type Return } from './departure.ts';
import { MAX_WAITING_DEPARTURES, ReconnectPairing } from './reconnect-pairing.ts';

const ENDPOINT = 'ws://127.0.0.1/chat ';

function pairing(): { room: ReconnectPairing; heard: string[] } {
  const heard: string[] = [];
  const outcomes = {
    recovered: (departure: Departure, _close: unknown, back: Return) =>
      heard.push(`${departure.connectionId} recovered as ${back.connectionId} by ${departure.match}`),
    abandoned: (departure: Departure) => heard.push(`${departure.connectionId} abandoned`),
    dropped: () => heard.push('dropped'),
  };
  return { room: new ReconnectPairing(outcomes, () => 60_000), heard };
}

const departure = (id: string): Departure => new Departure(id, ENDPOINT, {});
const closed = { code: 1012, closeSpan: INVALID_SPAN_CONTEXT, at: 1000 };
const back = (connectionId: string): Return => ({
  connectionId,
  connectSpan: INVALID_SPAN_CONTEXT,
  attributes: {},
  at: 2000,
});

describe('pairing a close with the open that follows', () => {
  it('gives a departure back to its own context, though another connection claimed it by endpoint', () => {
    const { room, heard } = pairing();
    const left = departure('a');
    const [stranger, own] = [{}, {}];
    room.left(left, closed, true);
    expect(room.claim(stranger, ENDPOINT, 1100)).toBe(left);
    expect(room.runAfter(left, () => room.claim(own, ENDPOINT, 1200))).toBe(left);
    room.returned(left, stranger, back('stranger'));
    room.returned(left, own, back('b'));
    expect(heard).toEqual(['a recovered as b by context']);
  });

  it('takes the first that left first, and each only once', () => {
    const { room } = pairing();
    const [first, second] = [departure('a'), departure('b')];
    room.left(first, closed, true);
    room.left(second, closed, true);
    expect(room.claim({}, ENDPOINT, 1100)).toBe(first);
    expect(room.claim({}, ENDPOINT, 1100)).toBe(second);
    expect(room.claim({}, ENDPOINT, 1100)).toBe(null);
    room.stop();
  });

  it('reports a return that came before the old socket was closed, when it is', () => {
    const { room, heard } = pairing();
    const left = departure('a');
    const claimant = {};
    room.runAfter(left, () => room.claim(claimant, ENDPOINT, 900));
    room.returned(left, claimant, back('b'));
    expect(heard).toEqual([]);
    room.left(left, closed, true);
    expect(heard).toEqual(['a recovered as b by context']);
  });

  it('does not wait for more than its limit, and says what it dropped', () => {
    const { room, heard } = pairing();
    for (let index = 0; index <= MAX_WAITING_DEPARTURES; index += 1) room.left(departure(`${index}`), closed, true);
    expect(heard).toEqual(['dropped']);
    room.stop();
    expect(room.claim({}, ENDPOINT, 1100)).toBe(null);
    expect(heard).toEqual(['dropped']);
  });
});
