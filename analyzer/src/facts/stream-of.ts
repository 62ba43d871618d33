import type { Connection } from '../connection.ts';

/** Codes that belong to waves, to people who leave, and to what is left when there is no code: their rise alone says nothing. */
const OF_WAVES: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006, 1012, 1013]);

/** The stream that a close is counted in; null for those of waves, for payload bugs, and for one without a code. */
export function streamOfClose({ code, payloadBug }: Pick<Connection, 'code' | 'payloadBug'>): string | null {
  return code === null || payloadBug || OF_WAVES.has(code) ? null : `close ${code}`;
}

/** The stream that a failed handshake is counted in, by its HTTP status; `none` where there was no answer. */
export function streamOfHandshake(status: number | null): string {
  return `handshake ${status ?? 'none'}`;
}
