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
 * As many senders as have two or three of the collector's commits (20,480 rows) under way: with fewer, each would wait for the commit that holds
 * its request, and that pause would be measured and not the work. Exporters of a fleet are many.
 */
const SIZES = [
  { batch: 1, lanes: 2_000, spans: 20_000 },
  { batch: 20, lanes: 2_500, spans: 120_000 },
  { batch: 500, lanes: 96, spans: 400_000 },
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
