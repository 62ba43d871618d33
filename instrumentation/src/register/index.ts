import { start } from './start.ts';

/**
 * The instrumentation that `node --import @closewatch/instrumentation/register` started, for what the environment can't say:
 * `instrumentation?.setConfig({ urlTemplate })`, `instrumentation?.instrumentModule(ws)`. Undefined where OpenTelemetry is disabled or
 * could not start.
 */
export const instrumentation = start();
