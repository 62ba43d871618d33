import { z } from 'zod';
import { conventionsSchema } from './conventions-schema.ts';
import { ingestSchema, port } from './ingest-schema.ts';
import { archiveSchema, limitsSchema, retentionSchema } from './store-schema.ts';

const budget = z.number().positive();
const share = z.number().min(0).max(1).describe('a share from 0 to 1');

const webhook = z
  .strictObject({
    name: z.string().min(1).max(100).describe('how the page and the log name this receiver'),
    url: z.url({ protocol: /^https?$/ }).describe('an http or https address'),
    secret: z.string().optional().describe('the Standard Webhooks secret, "whsec_" and base64'),
    secret_file: z.string().optional().describe('a file that holds the secret'),
  })
  .refine(hook => (hook.secret === undefined) !== (hook.secret_file === undefined), {
    error: 'expected exactly one of secret and secret_file',
  });

const reconnectWindow = z.strictObject({
  window_from_seconds: z.number().min(0).default(1),
  window_to_seconds: z.number().positive().default(5),
});
const NO_WINDOW = 'expected window_from_seconds below window_to_seconds';

function isWindow(window: { window_from_seconds: number; window_to_seconds: number }): boolean {
  return window.window_from_seconds < window.window_to_seconds;
}

/**
 * The configuration file, key by key, with its defaults. Keys are snake_case, as operators write them; a key that is not
 * here is an error. Secrets can come from files (`*_file`).
 */
export const configSchema = z.strictObject({
  data: z.string().min(1).default('./closewatch-data').describe('the data folder, owned by one process'),
  /** Off: what asks for no credentials listens on loopback or not at all. */
  allow_open_listen: z.boolean().default(false).describe('listen beyond loopback although nobody has to authenticate'),
  /** Beside localhost and addresses. A web page that rebinds its own name to this server is kept out by it. */
  allowed_hosts: z
    .array(z.string().min(1))
    .default([])
    .describe('names under which this server is reached, or "*" for any'),
  ingest: ingestSchema.prefault({}),
  conventions: conventionsSchema.default([]),
  retention: retentionSchema.prefault({}),
  archive: archiveSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  dashboard: z.strictObject({ host: z.string().min(1).default('127.0.0.1'), port: port.default(8080) }).prefault({}),
  /** When a payload bug pages somebody; source: the contract, "A verdict". */
  page: z
    .strictObject({
      min_clients: z.int().min(1).default(3),
      min_share: share.default(0.0005),
      min_cohort_share: share.default(0.05),
      never_back: share.default(0.05).describe('share of a wave’s clients that never came back, past which that pages'),
    })
    .prefault({}),
  /** Expected false alarms of one service in a year; those of the first three may page. */
  detection: z
    .strictObject({
      budget: z
        .strictObject({
          rate: budget.default(0.5).describe('changes of the rate of payload bugs'),
          deploys: budget.default(0.3).describe('a new version against the old one'),
          cohorts: budget.default(0.2).describe('changes in some cohort alone'),
          codes: budget.default(1).describe('rises of other close codes and failed handshakes: notices'),
        })
        .prefault({}),
    })
    .prefault({}),
  reconnect: reconnectWindow
    .extend({
      services: z
        .record(z.string().min(1), reconnectWindow.refine(isWindow, { error: NO_WINDOW }))
        .default({})
        .describe('windows of services whose clients are expected back at other times, by the service’s name'),
    })
    .refine(isWindow, { error: NO_WINDOW })
    .prefault({}),
  /** A name is what a message in the outbox is kept under, so each receiver needs its own. */
  webhooks: z
    .array(webhook)
    .superRefine((hooks, context) => {
      const names = hooks.map(hook => hook.name);
      const again = names.findIndex((name, index) => names.indexOf(name) !== index);
      if (again >= 0) {
        const message = `expected a name of its own, got "${names[again]}" a second time`;
        context.addIssue({ code: 'custom', path: [again, 'name'], message });
      }
    })
    .default([]),
});

/** The configuration, complete: every key is there. */
export type Config = z.output<typeof configSchema>;
