import type { TransportName } from './sender-process.ts';

/** One way to send. `lanes` are the requests under way at once, one an exporter; `spans` is what a round sends. */
export interface Case {
  name: string;
  transport: TransportName;
  batch: number;
  gzip: boolean;
  lanes: number;
  spans: number;
}

/**
 * A receiver answers a group of requests every 100 ms or so: with few and small ones that pause would be measured, and not the work.
 * Exporters of a fleet are many.
 */
const SIZES = [
  { batch: 1, lanes: 2_000, spans: 30_000 },
  { batch: 20, lanes: 2_500, spans: 150_000 },
  { batch: 500, lanes: 64, spans: 400_000 },
];

/** Every way to send: transport, batch, gzip. */
export const CASES: readonly Case[] = (['http', 'grpc'] as const).flatMap(transport =>
  SIZES.flatMap(size =>
    [false, true].map(gzip => ({
      name: `${transport}-${size.batch}${gzip ? '-gzip' : ''}`,
      transport,
      gzip,
      ...size,
    })),
  ),
);

/** The goals, two cores: spans a second; the pace at which latency is measured is 80 % of it. */
export const GOALS: readonly { name: string; spansPerSecond: number }[] = [
  { name: 'http-500-gzip', spansPerSecond: 150_000 },
  { name: 'http-20-gzip', spansPerSecond: 40_000 },
];
