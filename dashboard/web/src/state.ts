import type { DeployBand, SeriesBin, ServiceSummary, Verdict } from '@closewatch/analyzer';
import { computed, signal } from '@preact/signals';
import type { Delivery } from '../../src/delivery.ts';
import type { Zone } from './time-text.ts';
import { binSecondsOf, type RangeMinutes } from './timeline/range.ts';

// What the page knows. Everything here comes from the API or from a control; components only read it.

/** Newest first; null until the first answer. */
export const verdicts = signal<readonly Verdict[] | null>(null);
/** What was asked for beyond `verdicts`, newest first, and where it goes on; null at the end. */
export const olderVerdicts = signal<readonly Verdict[]>([]);
export const olderCursor = signal<string | null>(null);
/** The bins that are drawn, oldest first, with their length; null until the first answer. */
export const series = signal<{ binSeconds: number; bins: readonly SeriesBin[] } | null>(null);
export const bins = computed(() => series.value?.bins ?? null);
/** Event time up to which bins are evaluated, epoch milliseconds; null before the first event. */
export const watermark = signal<number | null>(null);
export const deploys = signal<readonly DeployBand[]>([]);
export const services = signal<readonly ServiceSummary[] | null>(null);
/** Names a service in one environment. */
export function serviceKey({ service, environment }: Pick<ServiceSummary, 'service' | 'environment'>): string {
  return `${service} ${environment ?? ''}`;
}
/** Fifteen minutes of bins by `serviceKey`. */
export const sparklines = signal<Readonly<Record<string, readonly SeriesBin[]>>>({});
/** By verdict id; only of verdicts that are shown in words or in the chart. */
export const deliveries = signal<Readonly<Record<string, readonly Delivery[]>>>({});

export type LiveState = 'connecting' | 'live' | 'lost';
export const liveState = signal<LiveState>('connecting');
/** When the stream last said something, by the browser's clock; null before. */
export const lastHeardAt = signal<number | null>(null);
/** The server's clock less the browser's, milliseconds. */
export const clockOffset = signal(0);
/** What the newest failed request was told; null after one that succeeded. */
export const problem = signal<string | null>(null);
/** The browser's clock, once a second. */
export const browserNow = signal(Date.now());
/** The server's clock. */
export const now = computed(() => browserNow.value + clockOffset.value);
/** How far things are known: what is open has lasted until here. Stands still while the connection is lost. */
export const eventNow = computed(() => watermark.value ?? now.value);

export const zone = signal<Zone>('utc');
export const rangeMinutes = signal<RangeMinutes>(15);
export const timelineView = signal<'chart' | 'table'>('chart');
export const isPhone = signal(false);
/** The length of a bin that range and screen ask for. */
export const wantedBinSeconds = computed(() => binSecondsOf(rangeMinutes.value, isPhone.value));
/** The length of the bins that are drawn: the old ones, until those of another range have come. */
export const binSeconds = computed(() => series.value?.binSeconds ?? wantedBinSeconds.value);
