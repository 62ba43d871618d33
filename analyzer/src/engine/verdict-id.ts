import { createHash } from 'node:crypto';
import type { Verdict, VerdictKind } from '../verdict.ts';

/** RFC 4648's base 32, in lower case: safe in addresses, and read aloud without mistakes. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const CHARACTERS = 7; // 35 bits

/** Waves: what looks like one kind at its first instance can prove to be any other. */
const RESTARTS: ReadonlySet<VerdictKind> = new Set([
  'deploy_wave',
  'restart_wave',
  'unexpected_restart',
  'crash_loop',
  'network_drop',
  'proxy_reload',
]);

/** What makes a verdict a case of its own beside others of its service at the same time. */
export type CaseOf = Pick<Verdict, 'kind' | 'code' | 'httpStatus' | 'timeoutSeconds'>;

/**
 * The case that a verdict is about: it may change its kind within a family while it stays the same one; spikes of two
 * codes, or two timeouts, are two.
 */
export function caseOf({ kind, code, httpStatus, timeoutSeconds }: CaseOf): string {
  const family = RESTARTS.has(kind) ? 'restart' : kind;
  if (code !== undefined) return `${family} ${code}`;
  if (httpStatus !== undefined) return `${family} handshake ${httpStatus}`;
  return timeoutSeconds === undefined ? family : `${family} ${timeoutSeconds}`;
}

/**
 * The id of a verdict: `v-` and seven characters made from its case, service, environment and the second of its start
 * (epoch milliseconds) when it opened. `attempt` tells two apart that would have the same.
 */
export function verdictId(
  verdict: CaseOf & { service: string; environment: string | null },
  startedAt: number,
  attempt = 0,
): string {
  const second = Math.floor(startedAt / 1_000);
  const seed = [caseOf(verdict), verdict.service, verdict.environment, second, ...(attempt > 0 ? [attempt] : [])];
  const digest = createHash('sha256').update(JSON.stringify(seed)).digest();
  let id = 'v-';
  for (let index = 0; index < CHARACTERS; index++) {
    const bit = index * 5;
    const pair = (digest[bit >> 3]! << 8) | digest[(bit >> 3) + 1]!;
    id += ALPHABET[(pair >> (11 - (bit & 7))) & 31];
  }
  return id;
}

/** The verdict with an id that is not taken: two cases of one service may begin in the same second. */
export function withFreeId(verdict: Verdict, taken: ReadonlySet<string>): Verdict {
  let { id } = verdict;
  for (let attempt = 1; taken.has(id); attempt++) id = verdictId(verdict, Date.parse(verdict.startedAt), attempt);
  return id === verdict.id ? verdict : { ...verdict, id };
}
