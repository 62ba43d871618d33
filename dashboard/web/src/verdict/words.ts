import type { Verdict, VerdictKind } from '@closewatch/analyzer';
import type { Delivery } from '../../../src/delivery.ts';
import { percentText } from '../number-text.ts';
import { durationText } from '../time-text.ts';
import { isOpen } from './lead.ts';

const KIND_NAMES: Record<VerdictKind, string> = {
  payload_bug: 'Payload bug',
  deploy_wave: 'Deploy wave',
  restart_wave: 'Restart wave',
  unexpected_restart: 'Unexpected restart',
  crash_loop: 'Crash loop',
  network_drop: 'Network drop',
  proxy_reload: 'Proxy reload',
  idle_timeout: 'Idle timeout',
  close_spike: 'Close spike',
  reconnect_failure: 'Reconnect failure',
};

/** A kind in words. */
export function kindText(kind: VerdictKind): string {
  return KIND_NAMES[kind] ?? kind;
}

/** The close code whose colour a kind wears, or null: colour belongs to close codes. */
export function codeOfKind(kind: VerdictKind): '1007' | '1012' | null {
  if (kind === 'payload_bug') return '1007';
  return kind === 'deploy_wave' || kind === 'restart_wave' ? '1012' : null;
}

/** How loud a verdict is, such as "paging" or "expected". */
export function severityText(verdict: Pick<Verdict, 'kind' | 'severity' | 'status'>): string {
  if (verdict.severity === 'page') return isOpen(verdict) ? 'paging' : 'paged'; // What is over pages nobody any more.
  if (verdict.severity === 'notice') return 'a notice';
  return verdict.kind === 'deploy_wave' ? 'expected' : 'for information';
}

/** Kind and severity, such as "Payload bug, paging." */
export function kickerText(verdict: Pick<Verdict, 'kind' | 'severity' | 'status'>): string {
  if (verdict.status === 'withdrawn') return `${kindText(verdict.kind)}, withdrawn.`;
  return `${kindText(verdict.kind)}, ${severityText(verdict)}.`;
}

/** Status and how long, such as "Open for 5 min 56 s". */
export function statusText(verdict: Pick<Verdict, 'status' | 'startedAt' | 'endedAt'>, now: number): string {
  const startedAt = Date.parse(verdict.startedAt);
  if (verdict.status === 'withdrawn') return 'Late data took it back';
  if (isOpen(verdict)) {
    const age = durationText(now - startedAt);
    return verdict.status === 'open' ? `Open for ${age}` : `Provisional, for ${age}`;
  }
  const endedAt = verdict.endedAt === null ? now : Date.parse(verdict.endedAt);
  return `Ended after ${durationText(endedAt - startedAt)}`;
}

/** How sure, such as "99.8 % sure". */
export function sureText(confidence: number): string {
  return confidence >= 1 ? 'over 99.9\u00a0% sure' : `${percentText(confidence)} sure`;
}

/** How the verdict stands to a deploy, or null when there is nothing to say. */
export function deployText(verdict: Pick<Verdict, 'deploy' | 'kind'>): { fact: string; rest: string } | null {
  const { deploy } = verdict;
  // A wave is its deploy: that it began inside it says nothing.
  if (deploy === undefined || deploy.relation === 'none' || codeOfKind(verdict.kind) === '1012') return null;
  const after = durationText(deploy.secondsAfterStart * 1000);
  const fact =
    deploy.relation === 'began_inside'
      ? `${after} into deploy ${deploy.version}`
      : `${after} after deploy ${deploy.version} began`;
  if (deploy.rollback === 'would_help') return { fact, rest: '; a rollback would help.' };
  if (deploy.rollback === 'would_not_help') return { fact, rest: '; a rollback would not help.' };
  return { fact, rest: deploy.rollback === 'unknown' ? '; whether a rollback helps is not known yet.' : '.' };
}

/** What became of the page: sent, owed, given up, or none. */
export type PageState =
  | { state: 'sent'; channel: string; at: number }
  | { state: 'owed'; channel: string; attempts: number; problem: string | null }
  | { state: 'failed'; channel: string; problem: string | null };

/** One entry a channel, for the alerts that told of the opening (or of growing into a page). */
export function pageStates(deliveries: readonly Delivery[]): PageState[] {
  const channels = new Map<string, PageState>();
  const told = deliveries.filter(({ type }) => type === 'verdict.opened' || type === 'verdict.updated');
  for (const delivery of [...told].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))) {
    if (channels.get(delivery.channel)?.state === 'sent') continue;
    channels.set(delivery.channel, pageState(delivery));
  }
  return [...channels.values()];
}

function pageState(delivery: Delivery): PageState {
  const { channel, attempts, problem } = delivery;
  if (delivery.deliveredAt !== null) return { state: 'sent', channel, at: Date.parse(delivery.deliveredAt) };
  return delivery.state === 'failed'
    ? { state: 'failed', channel, problem }
    : { state: 'owed', channel, attempts, problem };
}

/** A reason: its fact is set in bold. */
export interface Reason {
  fact: string;
  rest: string;
}

/** A sentence cut where its fact ends (the first ": " or ", "), so that the fact can be set in bold. */
export function factAndRest(sentence: string): Reason {
  const end = /: |, /.exec(sentence);
  if (end === null) return { fact: sentence, rest: '' };
  const cut = end[0] === ': ' ? end.index + 1 : end.index;
  return { fact: sentence.slice(0, cut), rest: sentence.slice(cut) };
}

/** A headline cut after its first ": ": the part before it wears the colour of its code. */
export function headlineParts(headline: string): { what: string; who: string } {
  const cut = headline.indexOf(': ');
  return cut < 0 ? { what: headline, who: '' } : { what: headline.slice(0, cut + 1), who: headline.slice(cut + 1) };
}
