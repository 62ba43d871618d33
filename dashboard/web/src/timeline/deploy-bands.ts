import type { DeployBand } from '@closewatch/analyzer';
import type { Scale } from './bar-paths.ts';
import { labelStart, labelWidth } from './label.ts';
import type { TimeWindow } from './series-window.ts';

/** A deploy behind both lanes. Pixels. */
export interface Band {
  key: string;
  label: string;
  from: number;
  to: number;
  isInferred: boolean;
  isOpen: boolean;
  /** False where the label of a newer deploy is in the way. */
  isLabelled: boolean;
}

/** The deploys of a window whose time is known up to `now`, newest first. */
export function bandsOf(
  deploys: readonly DeployBand[],
  { window, now, x, right, isPhone }: { window: TimeWindow; now: number; x: Scale; right: number; isPhone: boolean },
): Band[] {
  let freeUntil = Number.POSITIVE_INFINITY;
  return deploys
    .map(deploy => ({ deploy, start: Date.parse(deploy.startedAt), end: endOf(deploy, now) }))
    .filter(({ start, end }) => end > window.from && start < window.to)
    .sort((a, b) => b.start - a.start)
    .map(({ deploy, start, end }) => {
      const from = x(Math.max(start, window.from));
      const to = Math.max(Math.min(x(end), right), from + 2);
      const label = bandLabel(deploy, isPhone);
      const labelFrom = labelStart(from + 6, label, right);
      const isLabelled = labelFrom + labelWidth(label) + 8 <= freeUntil;
      if (isLabelled) freeUntil = labelFrom;
      const key = `${deploy.service} ${deploy.environment} ${deploy.version} ${deploy.startedAt}`;
      const [isInferred, isOpen] = [deploy.source === 'inferred', deploy.endedAt === null];
      return { key, label, from, to, isInferred, isOpen, isLabelled };
    });
}

function endOf(deploy: DeployBand, now: number): number {
  return deploy.endedAt === null ? now : Date.parse(deploy.endedAt);
}

function bandLabel(deploy: DeployBand, isPhone: boolean): string {
  const versions = deploy.fromVersion === null ? deploy.version : `${deploy.fromVersion} → ${deploy.version}`;
  if (isPhone) return versions;
  return `${deploy.service} ${versions}${deploy.source === 'inferred' ? ', inferred' : ''}`;
}
