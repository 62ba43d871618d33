/**
 * As its documentation says, at its defaults: a span per message. Its plugin for WebSocket is on, the others are off, so that
 * only that one is paid for; `sides.ts` switches its own telemetry and remote configuration off, in its favour.
 */
import { setTimeout } from 'node:timers/promises';
import tracer from 'dd-trace';
import { onFlush } from './flush.ts';

/** Its default, said here because it has no call to flush, and is waited for. */
const FLUSH_INTERVAL_MILLIS = 2000;

tracer.init({
  url: process.env.BENCH_SINK,
  plugins: false,
  startupLogs: false,
  flushInterval: FLUSH_INTERVAL_MILLIS,
});
tracer.use('ws');
onFlush(() => setTimeout(FLUSH_INTERVAL_MILLIS * 1.2));
