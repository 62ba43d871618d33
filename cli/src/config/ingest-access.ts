import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { IngestAccess, IngestToken, TlsFiles } from '@closewatch/collector';
import { UsageError } from '../usage-error.ts';
import type { IngestConfig } from './ingest-schema.ts';

/** Shorter ones can be guessed over a network. */
const MIN_TOKEN_LENGTH = 16;

/** Every file that ingest reads, to be watched. */
export function ingestFiles({ tokens, tokens_file, public_tokens, tls }: IngestConfig): string[] {
  const inTokens = [...tokens, ...public_tokens].map(entry => entry.token_file);
  return [tokens_file, tls.cert_file, tls.key_file, ...inTokens].filter(file => file != null);
}

/**
 * Who may send, with the tokens read from their files.
 *
 * @throws UsageError where a file can't be read, or a token is too short, or has another's name
 */
export function ingestAccess(config: IngestConfig): IngestAccess {
  const tokens = config.tokens.map(entry => tokenOf('ingest.tokens', entry));
  if (config.tokens_file !== null) tokens.push(...tokensInFile(config.tokens_file));
  const publicTokens = config.public_tokens.map(entry => ({
    ...tokenOf('ingest.public_tokens', entry),
    origins: entry.origins,
    spansPerSecond: entry.spans_per_second,
  }));
  expectDistinct([...tokens, ...publicTokens]);
  return { tokens, publicTokens, corsOrigins: config.cors_origins };
}

/**
 * The certificate and the key; null where there are none.
 *
 * @throws UsageError where a file can't be read, or they are no pair
 */
export function ingestTls({ tls }: IngestConfig): TlsFiles | null {
  if (tls.cert_file === null || tls.key_file === null) return null;
  const files = { cert: read('ingest.tls.cert_file', tls.cert_file), key: read('ingest.tls.key_file', tls.key_file) };
  try {
    createSecureContext(files);
  } catch (cause) {
    const got = (cause as Error).message;
    throw new UsageError(`ingest.tls: expected a certificate and its key in PEM, got ${got} for ${tls.cert_file}`, {
      cause,
    });
  }
  return files;
}

function tokenOf(
  key: string,
  { name, token, token_file }: { name: string; token?: string | undefined; token_file?: string | undefined },
): IngestToken {
  const where = `${key}: ${name}`;
  return checked(where, { name, token: token ?? String(read(`${where}: token_file`, token_file!)).trim() });
}

/** Lines `name=token`; empty lines and those that begin with # are passed over. */
function tokensInFile(file: string): IngestToken[] {
  const lines = String(read('ingest.tokens_file', file)).split('\n');
  const tokens = lines.flatMap((line, index) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return [];
    const at = text.indexOf('=');
    if (at < 1)
      throw new UsageError(`${file}:${index + 1}: expected name=token, got a line without a name (not shown)`);
    return [checked(`${file}:${index + 1}`, { name: text.slice(0, at), token: text.slice(at + 1) })];
  });
  if (tokens.length === 0) throw new UsageError(`ingest.tokens_file: expected a token at least, got none in ${file}`);
  return tokens;
}

function checked(where: string, token: IngestToken): IngestToken {
  if (token.token.length < MIN_TOKEN_LENGTH || /\s/.test(token.token)) {
    const expected = `expected a token of at least ${MIN_TOKEN_LENGTH} characters and no spaces`;
    throw new UsageError(`${where}: ${expected}, got another (not shown)`);
  }
  return token;
}

function expectDistinct(tokens: readonly IngestToken[]): void {
  const names = tokens.map(({ name }) => name);
  const again = names.find((name, index) => names.indexOf(name) !== index);
  if (again !== undefined)
    throw new UsageError(`ingest.tokens: expected a name of its own, got "${again}" a second time`);
}

function read(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`${key}: expected a readable file, got ${code} for ${file}`, { cause });
  }
}
