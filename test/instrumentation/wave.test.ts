import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningApp } from './running-app.ts';
import { type ListeningCollector, startCollector } from './stored-events.ts';

describe('20,000 closes in one tick', () => {
  let collector: ListeningCollector;

  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.stop());

  function run(kind: 'close' | 'batch'): RunningApp {
    return new RunningApp('wave.ts', {
      args: ['20000', kind],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_SERVICE_NAME: 'gateway' },
    });
  }

  it('followed by SIGTERM arrive complete, and the process ends by the signal', async () => {
    const end = await run('close').ended;
    expect(end).toEqual({ code: null, signal: 'SIGTERM', standardError: '' });
    const stored = await collector.stored();
    expect(stored).toHaveLength(20_000);
    expect(new Set(stored.map(event => event.clientId)).size).toBe(20_000);
  });

  it("do not fit through the SDK's batch processor, with all the time that it wants", async () => {
    const end = await run('batch').ended;
    expect(end).toMatchObject({ code: 0, signal: null });
    const stored = await collector.stored();
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.length).toBeLessThan(5_000); // 2,560 with sdk-trace-base 2.12
  });
});
