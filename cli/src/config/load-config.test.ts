import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-config-'));

function fileOf(text: string): string {
  const file = join(folder, 'closewatch.yaml');
  writeFileSync(file, text);
  return file;
}

function problemOf(text: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    loadConfig({ file: fileOf(text), env });
  } catch (error) {
    return (error as Error).message.replace(`${folder}/`, '');
  }
  throw new Error('expected the configuration to be refused');
}

describe('loadConfig', () => {
  it('has a default for every key, all of them on loopback', () => {
    expect(loadConfig({ env: {} })).toEqual({
      data: './closewatch-data',
      allow_open_listen: false,
      allowed_hosts: [],
      ingest: {
        host: '127.0.0.1',
        port: 4318,
        grpc_port: 4317,
        max_body_bytes: 67_108_864,
        max_queue_bytes: 268_435_456,
        group_ms: 100,
        max_connections: 10_000,
        headers_timeout_seconds: 10,
        request_timeout_seconds: 30,
        keep_alive_seconds: 65,
        tokens: [],
        tokens_file: null,
        public_tokens: [],
        cors_origins: [],
        tls: { cert_file: null, key_file: null },
      },
      conventions: [],
      retention: { days: null, max_bytes: null },
      archive: { pack_after_days: 2, parquet_after_days: null },
      limits: { distinct_labels: 10_000, distinct_ids: 1_000_000 },
      dashboard: { host: '127.0.0.1', port: 8080 },
      page: { min_clients: 3, min_share: 0.0005, min_cohort_share: 0.05, never_back: 0.05 },
      detection: { budget: { rate: 0.5, deploys: 0.3, cohorts: 0.2, codes: 1 } },
      reconnect: { window_from_seconds: 1, window_to_seconds: 5, services: {} },
      webhooks: [],
    });
  });

  it('puts flags over the environment, over the file, over the defaults', () => {
    const file = fileOf('ingest:\n  port: 1000\ndashboard:\n  port: 1001\n  host: "::1"\n');
    const config = loadConfig({
      file,
      env: { CLOSEWATCH_INGEST_PORT: '2000', CLOSEWATCH_DASHBOARD_PORT: '2001' },
      flags: { dashboard: { port: 3001 } },
    });
    expect(config.ingest.port).toBe(2000);
    expect(config.dashboard).toEqual({ host: '::1', port: 3001 });
    expect(config.page.min_clients).toBe(3);
  });

  it('fills in environment references, with their defaults', () => {
    const text = 'data: ${env:STATE_DIR}/closewatch\ningest:\n  port: ${env:PORT:-4999}\n';
    const config = loadConfig({ file: fileOf(text), env: { STATE_DIR: '/var/lib' } });
    expect(config.data).toBe('/var/lib/closewatch');
    expect(config.ingest.port).toBe(4999);
  });

  it('names the variable and the line where a reference has no value', () => {
    expect(problemOf('\ndata: ${env:STATE_DIR}\n')).toBe(
      'closewatch.yaml:2: expected the environment variable STATE_DIR, which is not set (a default is written ${env:STATE_DIR:-default})',
    );
  });

  it('refuses an unknown key with its line and the key that was meant', () => {
    expect(problemOf('ingest:\n  host: 127.0.0.1\n  prot: 4318\n')).toBe(
      'closewatch.yaml:3: unknown key "ingest.prot"; did you mean "port"?',
    );
    expect(problemOf('colour: blue\n')).toContain('closewatch.yaml:1: unknown key "colour"; expected one of data, ');
  });

  it('says got and expected with the line of a bad value', () => {
    expect(problemOf('ingest:\n  port: http\n')).toBe('closewatch.yaml:2: ingest.port: expected number, got "http"');
    expect(problemOf('ingest:\n  port: 70000\n')).toBe(
      'closewatch.yaml:2: ingest.port: expected number to be <=65535, got 70000',
    );
  });

  it('names the flag or the variable where that is at fault', () => {
    expect(() => loadConfig({ env: {}, flags: { ingest: { port: 70_000 } } })).toThrow(
      '--ingest-port: ingest.port: expected number to be <=65535, got 70000',
    );
    expect(() => loadConfig({ env: { CLOSEWATCH_INGEST_PORT: '70000' } })).toThrow(
      'CLOSEWATCH_INGEST_PORT: ingest.port: expected number to be <=65535, got 70000',
    );
  });

  it('refuses a variable of its prefix that nobody knows, with the one that was meant', () => {
    expect(() => loadConfig({ env: { CLOSEWATCH_INGEST_PROT: '5' } })).toThrow(
      'CLOSEWATCH_INGEST_PROT: unknown variable; did you mean CLOSEWATCH_INGEST_PORT?',
    );
    expect(loadConfig({ env: { CLOSEWATCH_LOG_LEVEL: 'silent' } }).ingest.port).toBe(4318);
  });

  it('takes a number from a variable whose key has none by default', () => {
    const { retention } = loadConfig({ env: { CLOSEWATCH_RETENTION_DAYS: '30' } });
    expect(retention).toEqual({ days: 30, max_bytes: null });
    expect(() => loadConfig({ env: { CLOSEWATCH_RETENTION_DAYS: 'month' } })).toThrow('expected a number, got "month"');
  });

  it('takes names from a variable, written with commas', () => {
    expect(loadConfig({ env: { CLOSEWATCH_ALLOWED_HOSTS: 'closewatch, watch.internal' } }).allowed_hosts).toEqual([
      'closewatch',
      'watch.internal',
    ]);
  });

  it('takes tokens and files from variables, and shows no token in a message', () => {
    const { ingest } = loadConfig({
      env: {
        CLOSEWATCH_INGEST_TOKENS: 'gateways=0123456789abcdef=, apps=fedcba9876543210',
        CLOSEWATCH_INGEST_TOKENS_FILE: '/run/secrets/tokens',
      },
    });
    expect(ingest.tokens).toEqual([
      { name: 'gateways', token: '0123456789abcdef=' },
      { name: 'apps', token: 'fedcba9876543210' },
    ]);
    expect(ingest.tokens_file).toBe('/run/secrets/tokens');
    expect(() => loadConfig({ env: { CLOSEWATCH_INGEST_TOKENS: 'secret-without-a-name' } })).toThrow(
      'CLOSEWATCH_INGEST_TOKENS: expected name=token,name=token, got an item without a name (not shown)',
    );
    const twice = 'ingest:\n  tokens:\n    - { name: a, token: hush-hush, token_file: f }\n';
    expect(problemOf(twice)).toBe('closewatch.yaml:3: ingest.tokens.0: expected exactly one of token and token_file');
    const unknown = 'ingest:\n  tokens:\n    - { name: a, tokn: hush-hush }\n';
    expect(problemOf(unknown)).toBe('closewatch.yaml:3: unknown key "ingest.tokens.0.tokn"; did you mean "token"?');
    expect(problemOf('ingest:\n  tokens:\n    - { name: a, token: 12345 }\n')).not.toContain('12345');
  });

  it('refuses origins with a path or a star, and half a certificate', () => {
    for (const origin of ['"*"', 'https://app.example/', 'app.example'])
      expect(problemOf(`ingest:\n  cors_origins: [${origin}]\n`)).toContain('expected an origin such as');
    expect(problemOf('ingest:\n  tls:\n    cert_file: a.pem\n')).toBe(
      'closewatch.yaml:2: ingest.tls: expected both cert_file and key_file, or none',
    );
  });

  it('takes a section with nothing in it for its defaults', () => {
    expect(loadConfig({ file: fileOf('ingest:\ndashboard:\n  port: 1\n'), env: {} }).ingest.port).toBe(4318);
  });

  it('refuses a convention with a field or a key that there is none of', () => {
    const entry = (rest: string) => `conventions:\n  - { emitter: proxy, code: proxy.code, ${rest} }\n`;
    expect(problemOf(entry('fields: { proxy.reason: raison }'))).toContain('expected one of');
    expect(problemOf(entry('requiers: {}'))).toBe(
      'closewatch.yaml:2: unknown key "conventions.0.requiers"; did you mean "requires"?',
    );
  });

  it('refuses settings that contradict each other', () => {
    expect(problemOf('reconnect:\n  window_from_seconds: 9\n  window_to_seconds: 2\n')).toBe(
      'closewatch.yaml:1: reconnect: expected window_from_seconds below window_to_seconds',
    );
    expect(problemOf('reconnect:\n  services:\n    chat:\n      window_from_seconds: 6\n')).toBe(
      'closewatch.yaml:3: reconnect.services.chat: expected window_from_seconds below window_to_seconds',
    );
    const hook = '  - { name: ops, url: "http://127.0.0.1:9/", secret: whsec_aaaa }\n';
    expect(problemOf(`webhooks:\n${hook}${hook}`)).toBe(
      'closewatch.yaml:3: webhooks.1.name: expected a name of its own, got "ops" a second time',
    );
  });

  it('refuses a webhook with no secret, or with two', () => {
    const hook = 'webhooks:\n  - name: realtime\n    url: http://127.0.0.1:9/hook\n';
    expect(problemOf(hook)).toContain('expected exactly one of secret and secret_file');
    expect(problemOf(`${hook}    secret: a\n    secret_file: b\n`)).toContain('expected exactly one of');
  });

  it('says which file is missing or is not YAML', () => {
    expect(() => loadConfig({ file: '/nowhere/closewatch.yaml', env: {} })).toThrow(
      '/nowhere/closewatch.yaml: expected a readable configuration file, got ENOENT',
    );
    expect(problemOf('ingest: [\n')).toContain('closewatch.yaml:2: expected YAML, got: ');
  });

  it('refuses an environment variable of the wrong type by its name', () => {
    expect(() => loadConfig({ env: { CLOSEWATCH_INGEST_PORT: 'http' } })).toThrow(
      'CLOSEWATCH_INGEST_PORT: expected a number, got "http"',
    );
  });
});
