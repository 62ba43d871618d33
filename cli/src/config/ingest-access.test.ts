import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ingestAccess, ingestTls } from './ingest-access.ts';
import { ingestSchema } from './ingest-schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-tokens-'));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const SIXTEEN = '0123456789abcdef';

it('reads tokens from the configuration, from a file each, and from a file of them all', () => {
  const config = ingestSchema.parse({
    tokens: [
      { name: 'a', token: SIXTEEN },
      { name: 'b', token_file: fileOf('b', `${SIXTEEN}b\n`) },
    ],
    tokens_file: fileOf('all', `# rotated in spring\n\nc=${SIXTEEN}c==\n`),
    public_tokens: [{ name: 'web', token: `${SIXTEEN}w`, origins: ['https://app.example'], spans_per_second: 5 }],
    cors_origins: ['https://status.example'],
  });
  expect(ingestAccess(config)).toEqual({
    tokens: [
      { name: 'a', token: SIXTEEN },
      { name: 'b', token: `${SIXTEEN}b` },
      { name: 'c', token: `${SIXTEEN}c==` },
    ],
    publicTokens: [{ name: 'web', token: `${SIXTEEN}w`, origins: ['https://app.example'], spansPerSecond: 5 }],
    corsOrigins: ['https://status.example'],
  });
});

it('refuses tokens that are too short, have no name or have another one, and shows none of them', () => {
  const problem = (config: object) => {
    try {
      ingestAccess(ingestSchema.parse(config));
    } catch (error) {
      return (error as Error).message.replaceAll(folder, '');
    }
    throw new Error('expected the tokens to be refused');
  };
  expect(problem({ tokens: [{ name: 'a', token: 'hush' }] })).toBe(
    'ingest.tokens: a: expected a token of at least 16 characters and no spaces, got another (not shown)',
  );
  expect(problem({ tokens_file: fileOf('bare', `x=${SIXTEEN}\n${SIXTEEN}\n`) })).toBe(
    '/bare:2: expected name=token, got a line without a name (not shown)',
  );
  expect(problem({ tokens_file: fileOf('empty', '# none yet\n') })).toBe(
    'ingest.tokens_file: expected a token at least, got none in /empty',
  );
  expect(problem({ tokens: [{ name: 'a', token: SIXTEEN }], public_tokens: [{ name: 'a', token: SIXTEEN }] })).toBe(
    'ingest.tokens: expected a name of its own, got "a" a second time',
  );
  expect(problem({ tokens_file: join(folder, 'nowhere') })).toBe(
    'ingest.tokens_file: expected a readable file, got ENOENT for /nowhere',
  );
});

it('refuses a certificate that is none', () => {
  const tls = { cert_file: fileOf('cert', 'no PEM'), key_file: fileOf('key', 'no PEM') };
  expect(() => ingestTls(ingestSchema.parse({ tls }))).toThrow('ingest.tls: expected a certificate and its key in PEM');
  expect(ingestTls(ingestSchema.parse({}))).toBeNull();
});
