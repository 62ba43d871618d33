import { z } from 'zod';

export const port = z.int().min(0).max(65_535).describe('a port from 0 (any free one) to 65535');
const seconds = z.number().positive().max(3_600);
const file = z.string().min(1).nullable().default(null);
const MIB = 1024 * 1024;

/** A web origin: scheme, host and port, and nothing after them. A star would let every page send. */
const origin = z
  .string()
  .refine(text => URL.canParse(text) && new URL(text).origin === text, {
    error: 'expected an origin such as https://app.example, without a path',
  })
  .describe('a web origin, such as https://app.example');

const named = {
  name: z.string().min(1).max(100).describe('how counters and the log call it'),
  token: z.string().optional().describe('the token itself, at least 16 characters'),
  token_file: z.string().optional().describe('a file that holds the token, read again when it changes'),
};
const hasOneToken = (entry: { token?: string | undefined; token_file?: string | undefined }) =>
  (entry.token === undefined) !== (entry.token_file === undefined);
const ONE_TOKEN = { error: 'expected exactly one of token and token_file' };

const token = z.strictObject(named).refine(hasOneToken, ONE_TOKEN);
const publicToken = z
  .strictObject({
    ...named,
    origins: z.array(origin).default([]).describe('pages that may use it; none for any that CORS lets through'),
    spans_per_second: z
      .number()
      .positive()
      .default(100)
      .describe('in the long run; ten seconds of it may come at once'),
  })
  .refine(hasOneToken, ONE_TOKEN);

/** Keys of the entries of lists, for the words about an unknown one. */
export const TOKEN_KEYS = Object.keys(named);
export const PUBLIC_TOKEN_KEYS = [...TOKEN_KEYS, 'origins', 'spans_per_second'];

/** How telemetry comes in: OTLP over HTTP and gRPC. */
export const ingestSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(4318).describe('OTLP/HTTP'),
  grpc_port: port.default(4317).describe('OTLP/gRPC'),
  max_body_bytes: z
    .int()
    .positive()
    .default(64 * MIB) // 64 MiB after decompression: the limit that OTLP receivers agree on
    .describe('largest request after decompression, in bytes'),
  max_queue_bytes: z
    .int()
    .positive()
    .default(256 * MIB)
    .describe('what requests in hand may hold together, in bytes; past it they are answered with 503'),
  group_ms: z
    .number()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('how long the first request of a commit waits for others'),
  max_connections: z.int().positive().default(10_000).describe('open connections, of HTTP and of gRPC each'),
  headers_timeout_seconds: seconds.default(10),
  request_timeout_seconds: seconds.default(30).describe('for a whole request to arrive'),
  keep_alive_seconds: seconds.default(65).describe('how long an idle connection stays open'),
  /** Without any token nobody has to show one. */
  tokens: z.array(token).default([]).describe('who may send; the variable is written name=token,name=token'),
  tokens_file: file.describe('a file of lines name=token, read again when it changes'),
  public_tokens: z.array(publicToken).default([]).describe('for pages, where anybody can read them'),
  cors_origins: z.array(origin).default([]).describe('pages that may send, beside those of public tokens'),
  tls: z
    .strictObject({ cert_file: file.describe('PEM, with its chain'), key_file: file.describe('PEM') })
    .refine(tls => (tls.cert_file === null) === (tls.key_file === null), {
      error: 'expected both cert_file and key_file, or none',
    })
    .prefault({}),
});

export type IngestConfig = z.output<typeof ingestSchema>;
