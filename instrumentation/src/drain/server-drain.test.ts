import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Drain, ServerDrain } from './server-drain.ts';

describe('the drain of a server', () => {
  let drains: Drain[];
  let server: ServerDrain;

  beforeEach(() => {
    vi.useFakeTimers();
    drains = [];
    server = new ServerDrain(drain => drains.push(drain));
    for (let index = 0; index < 3; index += 1) server.opened({ 'server.port': 8080 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes from the first shed to the last close, and counts those open at its beginning', () => {
    server.shed(100);
    server.closed(110);
    server.shed(120);
    server.closed(130);
    server.closed(140);
    expect(drains).toEqual([{ since: 100, until: 140, connections: 3, attributes: { 'server.port': 8080 } }]);
  });

  it('is none where a burst stops for ten seconds while connections are left', () => {
    server.shed(100);
    server.closed(110);
    vi.advanceTimersByTime(10_000);
    server.closed(20_000);
    server.closed(20_001);
    expect(drains).toEqual([]);
  });

  it('is waited for without limit once it is declared', () => {
    server.declared(100);
    vi.advanceTimersByTime(3_600_000);
    for (const at of [200, 300, 3_600_200]) server.closed(at);
    expect(drains).toMatchObject([{ since: 100, until: 3_600_200, connections: 3 }]);
  });

  it('is none where the last connection goes without being shed', () => {
    for (const at of [200, 300, 400]) server.closed(at);
    server.declared(500);
    expect(drains).toEqual([]);
  });

  it('is declared for once: a lone shed of a later connection begins none', () => {
    server.declared(100);
    for (const at of [200, 300, 400]) server.closed(at);
    server.opened({ 'server.port': 8080 });
    server.opened({ 'server.port': 8080 });
    server.shed(500);
    server.closed(510);
    vi.advanceTimersByTime(10_000);
    server.closed(20_000);
    expect(drains).toMatchObject([{ since: 100, until: 400, connections: 3 }]);
  });
});
