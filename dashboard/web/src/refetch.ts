import type { DeployBand, ServiceSummary, Verdict } from '@closewatch/analyzer';
import type { Delivery } from '../../src/delivery.ts';
import type { List } from '../../src/list.ts';
import type { SeriesList } from '../../src/timeline-routes.ts';
import { getJson } from './api.ts';
import * as state from './state.ts';
import { isOpen, unitedVerdicts } from './verdict/lead.ts';

/** Each sparkline is a request of its own; more services than this get none. */
const MOST_SPARKLINES = 20;
const VERDICTS_A_PAGE = 100;
/** Deliveries are fetched for what the chart may mark: open verdicts and the newest others. */
const MOST_DELIVERIES = 10;
const SPARKLINE_BIN_SECONDS = 30;

/** The newest verdicts and all open ones, however old, and the deliveries of those that the page tells of. */
export async function refetchVerdicts(): Promise<void> {
  const page = (query: object) => getJson<List<Verdict>>('verdicts', { limit: VERDICTS_A_PAGE, ...query });
  const [newest, ...open] = await Promise.all([page({}), page({ status: 'open' }), page({ status: 'provisional' })]);
  const items = unitedVerdicts(newest, ...open);
  state.verdicts.value = items;
  state.olderVerdicts.value = [];
  state.olderCursor.value = newest.next;
  const paged = items.filter(verdict => verdict.severity !== 'info');
  await Promise.all(paged.slice(0, MOST_DELIVERIES).map(verdict => refetchDeliveries(verdict.id)));
}

/** The page of verdicts after those that are known. */
export async function fetchOlderVerdicts(): Promise<void> {
  const cursor = state.olderCursor.value;
  if (cursor === null) return;
  const { items, next } = await getJson<List<Verdict>>('verdicts', { limit: VERDICTS_A_PAGE, cursor });
  if (cursor !== state.olderCursor.value) return; // Asked for twice, or fetched anew meanwhile.
  const known = new Set((state.verdicts.value ?? []).map(({ id }) => id));
  state.olderVerdicts.value = [...state.olderVerdicts.value, ...items.filter(({ id }) => !known.has(id))];
  state.olderCursor.value = next;
}

export async function refetchDeliveries(id: string): Promise<void> {
  const { items } = await getJson<List<Delivery>>(`verdicts/${encodeURIComponent(id)}/deliveries`);
  state.deliveries.value = { ...state.deliveries.value, [id]: items };
}

/** Deliveries that may still change: an alert is sent a moment after its verdict is kept, and tried again for long. */
export async function refetchOwedDeliveries(): Promise<void> {
  const known = state.deliveries.value;
  const isOwed = (verdict: Verdict) =>
    verdict.severity === 'page' && (known[verdict.id] ?? []).every(delivery => delivery.state === 'due');
  const isDue = (verdict: Verdict) => (known[verdict.id] ?? []).some(delivery => delivery.state === 'due');
  const owed = (state.verdicts.value ?? []).filter(verdict => (isOpen(verdict) && isOwed(verdict)) || isDue(verdict));
  await Promise.all(owed.slice(0, MOST_DELIVERIES).map(verdict => refetchDeliveries(verdict.id)));
}

/** All bins of the range. */
export async function refetchSeries(): Promise<void> {
  const end = state.watermark.value ?? state.now.value;
  const bin = state.wantedBinSeconds.value;
  const minutes = state.rangeMinutes.value;
  const from = new Date(Math.floor(end / 1000 / bin) * bin * 1000 - minutes * 60_000).toISOString();
  // Without a `to` the server ends at its own watermark, which may be ahead of what this page has seen.
  const series = await getJson<SeriesList>('series', { from, bin });
  if (bin !== state.wantedBinSeconds.value) return; // The range was changed meanwhile; its own request is under way.
  state.series.value = { binSeconds: bin, bins: series.items };
  state.watermark.value = series.watermark === null ? null : Date.parse(series.watermark);
}

/** Services with their sparklines, and deploys. */
export async function refetchTables(): Promise<void> {
  const end = state.watermark.value ?? state.now.value;
  const from = new Date(end - state.rangeMinutes.value * 60_000).toISOString();
  const [services, deploys] = await Promise.all([
    getJson<List<ServiceSummary>>('services'),
    getJson<List<DeployBand>>('deploys', { from, to: new Date(end).toISOString() }),
  ]);
  state.deploys.value = deploys.items;
  const drawn = services.items.slice(0, MOST_SPARKLINES);
  const drawings = await Promise.all(drawn.map(service => readSparkline(service, end)));
  state.sparklines.value = Object.fromEntries(drawings);
  state.services.value = services.items;
}

async function readSparkline(summary: ServiceSummary, end: number): Promise<[string, SeriesList['items']]> {
  const { service, environment } = summary;
  const step = SPARKLINE_BIN_SECONDS * 1000;
  const from = new Date(Math.floor(end / step) * step - 15 * 60_000).toISOString();
  const series = await getJson<SeriesList>('series', {
    from,
    bin: SPARKLINE_BIN_SECONDS,
    service,
    environment: environment ?? undefined,
  });
  return [state.serviceKey(summary), series.items];
}
