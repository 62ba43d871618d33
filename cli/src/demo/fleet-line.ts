import { z } from 'zod';

/** What the fleet will do, said before it does it: the truth that the verdicts are checked against. */
const truth = z.object({
  type: z.literal('truth'),
  seed: z.number(),
  service: z.string(),
  environment: z.string(),
  deploys: z.array(z.string()),
  clientVersion: z.string(),
  signature: z.string(),
  defect: z.string(),
  offset: z.number(),
  sender: z.enum(['client', 'server']),
});

const fleetLine = z.discriminatedUnion('type', [
  truth,
  z.object({ type: z.literal('narration'), at: z.number(), text: z.string() }),
  z.object({ type: z.literal('phase'), at: z.number(), name: z.string() }),
  z.object({ type: z.literal('frozen') }),
]);

export type FleetTruth = z.output<typeof truth>;
export type FleetLine = z.output<typeof fleetLine>;

/**
 * One line of the fleet's standard output.
 *
 * @throws Error that shows the line where it is none of the known ones
 */
export function fleetLineFromText(text: string): FleetLine {
  try {
    return fleetLine.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`fleet: expected a line of JSON that the demo knows, got ${text.slice(0, 200)}`, { cause });
  }
}
