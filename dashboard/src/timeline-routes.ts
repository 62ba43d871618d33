import type { Analyzer, DeployBand, SeriesBin, ServiceSummary } from '@closewatch/analyzer';
import type { Store } from '@closewatch/collector';
import { Router } from 'express';
import { type CloseExample, closeExampleFromEvent } from './close-example.ts';
import { type List, wholeList } from './list.ts';
import { badQuery, checkSpan, oneOf, readQuery, text, time, toTime, wholeNumber } from './query.ts';

/** A list of bins; `watermark` is the event time up to which they are complete, or null before the first event. */
export interface SeriesList extends List<SeriesBin> {
  binSeconds: number;
  watermark: string | null;
}

/** The analyzer keeps two hours of bins in memory. */
const LONGEST_SERIES = 2 * 60 * 60_000;
/** 7,200 bins are two hours of seconds, about 1.5 MB of JSON. */
const MOST_BINS = 7_200;
const FIFTEEN_MINUTES = 15 * 60_000;

const SPAN = { from: time, to: time };
const PLACE = { service: text, environment: text };

/** `/series`, `/services`, `/deploys` and `/closes`: what the timeline and its tables are drawn from. */
export function timelineRoutes(store: Store, analyzer: Analyzer, now: () => number): Router {
  const router = Router();
  const newest = (): number => analyzer.watermark || now();

  router.get('/series', (request, response) => {
    const query = readQuery(request.query, { ...SPAN, ...PLACE, bin: wholeNumber(1, 3_600) });
    const { to = newest(), bin: binSeconds = 10, ...place } = query;
    const { from = to - FIFTEEN_MINUTES } = place;
    checkSpan(from, to, LONGEST_SERIES);
    if ((to - from) / 1000 / binSeconds > MOST_BINS) {
      throw badQuery('bin', `${binSeconds}`, `bins so long that there are at most ${MOST_BINS}`);
    }
    const items = analyzer.series({ ...place, from, to, binSeconds });
    const watermark = analyzer.watermark === 0 ? null : toTime(analyzer.watermark);
    const list: SeriesList = { items, next: null, binSeconds, watermark };
    response.json(list);
  });

  router.get('/services', (request, response) => {
    readQuery(request.query, {});
    const list: List<ServiceSummary> = wholeList(analyzer.services());
    response.json(list);
  });

  router.get('/deploys', (request, response) => {
    const { to = newest(), from = to - FIFTEEN_MINUTES, ...place } = readQuery(request.query, { ...SPAN, ...PLACE });
    checkSpan(from, to);
    const isWanted = (deploy: DeployBand) =>
      (place.service === undefined || place.service === deploy.service) &&
      (place.environment === undefined || place.environment === deploy.environment);
    const list: List<DeployBand> = wholeList(analyzer.deploys(from, to).filter(isWanted));
    response.json(list);
  });

  router.get('/closes', async (request, response) => {
    const readers = { ...SPAN, ...PLACE, payloadBugs: oneOf(['true', 'false']), limit: wholeNumber(1, 500) };
    const query = readQuery(request.query, readers);
    const { to = newest(), limit = 50, payloadBugs, ...place } = query;
    const { from = to - FIFTEEN_MINUTES } = place;
    checkSpan(from, to);
    const closes = await store.readCloses({ ...place, from, to, limit, payloadBugsOnly: payloadBugs === 'true' });
    const list: List<CloseExample> = wholeList(closes.map(closeExampleFromEvent));
    response.json(list);
  });

  return router;
}
