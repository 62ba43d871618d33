import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { Handshakes } from './handshakes.ts';
import type { UndiciRequest } from './undici-shapes.ts';

const connection = {} as Connection;
const request = (): UndiciRequest => ({ origin: 'http://127.0.0.1', path: '/', headers: [], addHeader() {} });

describe('handshakes under way', () => {
  it('are forgotten oldest first past 10,000, and each is counted', () => {
    let dropped = 0;
    const handshakes = new Handshakes(() => {
      dropped += 1;
    });
    const [first, second] = [request(), request()];
    handshakes.begin(first, connection, 'ws://127.0.0.1/', 0);
    handshakes.begin(second, connection, 'ws://127.0.0.1/', 0);
    for (let index = 2; index <= 10_000; index += 1) handshakes.begin(request(), connection, 'ws://127.0.0.1/', 0);
    expect(dropped).toBe(1);
    expect(handshakes.of(first)).toBeUndefined();
    expect(handshakes.of(second)).toBeDefined();
  });

  it('are forgotten without a word once undici itself would have given up', () => {
    let dropped = 0;
    const handshakes = new Handshakes(() => {
      dropped += 1;
    });
    const [old, recent] = [request(), request()];
    handshakes.begin(old, connection, 'ws://127.0.0.1/', 0);
    handshakes.begin(recent, connection, 'ws://127.0.0.1/', 10_000);
    handshakes.begin(request(), connection, 'ws://127.0.0.1/', 310_000);
    expect(handshakes.of(old)).toBeUndefined();
    expect(handshakes.of(recent)).toBeDefined();
    expect(dropped).toBe(0);
  });
});
