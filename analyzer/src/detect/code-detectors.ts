import { type CodeStream, type CodeStreams, STREAM_BIN } from '../facts/code-streams.ts';
import { BIN, CHANGEABLE } from '../facts/limits.ts';
import type { EvaluatedBin } from './evaluated-bin.ts';
import type { Exposure } from './exposure.ts';
import { RATE_DEFAULTS, rateSettings } from './rate-settings.ts';
import type { RateAlarm } from './rate-watch.ts';
import type { ServiceDetector } from './service-detector.ts';
import { type StreamCount, StreamDetector, type StreamExposure, type StreamSource } from './stream-detector.ts';

/** A rise of one close code, or of one status of failed handshakes. */
export interface CodeAlarm {
  /** `close 1011`, `handshake 401`. */
  stream: string;
  /** Its bins are numbers of `STREAM_BIN`. */
  alarm: RateAlarm;
}

/** Bins of a service in one of a stream. */
const WIDTH = STREAM_BIN / BIN;
/**
 * The budget of all streams is split among so many, fixed beforehand: a share that followed their number would have every
 * detector start anew with each code that comes up. More than these are seldom seen, and close_spike pages nobody.
 */
const STREAMS_EXPECTED = 50;

/**
 * Detectors of one stream: an alarm of the first counts where every other has one, too. Closes have one, on connections by their age. Failed
 * handshakes have two: their number is more than usual for the time, and for how many connections are opened. Where few are
 * opened, how many fail for each is a matter of chance; and where many come back at once, more fail, though no larger share of them.
 */
type Detectors = readonly [StreamDetector, ...StreamDetector[]];

/** Detector A for each close code and each status of failed handshakes of one service, on the service's own exposure. */
export class CodeDetectors {
  private readonly codes: CodeStreams;
  private readonly service: ServiceDetector;
  private readonly falseAlarmsPerYear: number;
  private readonly detectors = new Map<string, Detectors>();

  /** `falseAlarmsPerYear` is that of all streams together. */
  constructor(codes: CodeStreams, service: ServiceDetector, falseAlarmsPerYear: number) {
    this.codes = codes;
    this.service = service;
    this.falseAlarmsPerYear = falseAlarmsPerYear / STREAMS_EXPECTED;
  }

  /** Judges all whole bins up to the service's bin number `edge`, to which the service's detector has been carried. */
  run(edge: number): void {
    const last = Math.floor((edge + 1) / WIDTH) - 1;
    const exposureChanged = Math.floor(this.service.walkedFrom / WIDTH);
    for (const [stream, source] of this.codes.streams) {
      let detectors = this.detectors.get(stream);
      if (!detectors) {
        detectors = this.detectorsOf(stream, source);
        this.detectors.set(stream, detectors);
      }
      for (const detector of detectors) detector.run(last, Math.min(source.dirtyFrom, exposureChanged));
      source.dirtyFrom = Number.POSITIVE_INFINITY;
    }
  }

  /** All alarms that are remembered, by stream and then by start. */
  alarms(): CodeAlarm[] {
    const streams = [...this.detectors].sort(([one], [other]) => (one < other ? -1 : 1));
    return streams.flatMap(([stream, detectors]) => alarmsOfAll(detectors).map(alarm => ({ stream, alarm })));
  }

  private detectorsOf(stream: string, source: CodeStream): Detectors {
    const isHandshake = stream.startsWith('handshake');
    const settings = rateSettings({
      binSeconds: STREAM_BIN / 1_000,
      falseAlarmsPerYear: this.falseAlarmsPerYear,
      firstHourFalseAlarms: 0,
      season: false,
      ...(isHandshake ? { youngShare: 0 } : {}),
    });
    const detectorOn = (exposure: StreamExposure) =>
      new StreamDetector(countsOf(source, isHandshake), exposure, settings, CHANGEABLE / WIDTH);
    return isHandshake ? [detectorOn(this.time()), detectorOn(this.opens())] : [detectorOn(this.connections())];
  }

  private connections(): StreamExposure {
    const { service } = this;
    return {
      at: bin =>
        this.sumOf(bin, ({ exposure: { young, old }, season }) => ({ young: young * season, old: old * season })),
      before: bin => service.evaluated.get(bin * WIDTH)?.learntExposure ?? NOBODY,
      ageAt: bin => service.ageAt(bin * WIDTH),
    };
  }

  /** Seconds, by the season. */
  private time(): StreamExposure {
    const ageAt = (bin: number) => this.service.ageAt(bin * WIDTH);
    return {
      at: bin => this.sumOf(bin, ({ season }) => ({ young: 0, old: (season * BIN) / 1_000 })),
      before: bin => ({ young: 0, old: Math.max(0, ageAt(bin) - Math.min(RATE_DEFAULTS.learningLag, ageAt(bin) / 4)) }),
      ageAt,
    };
  }

  /** Young connections alone: they tell how many are opened, whatever the season. */
  private opens(): StreamExposure {
    const { service } = this;
    return {
      at: bin => this.sumOf(bin, ({ exposure: { young } }) => ({ young: 0, old: young })),
      before: bin => ({ young: 0, old: service.evaluated.get(bin * WIDTH)?.learntExposure.young ?? 0 }),
      ageAt: bin => service.ageAt(bin * WIDTH),
    };
  }

  private sumOf(bin: number, exposureOf: (one: EvaluatedBin) => Exposure): Exposure {
    let [young, old] = [0, 0];
    for (let number = bin * WIDTH; number < (bin + 1) * WIDTH; number++) {
      const one = this.service.evaluated.get(number);
      if (!one) continue;
      const exposure = exposureOf(one);
      young += exposure.young;
      old += exposure.old;
    }
    return { young, old };
  }
}

/** The alarms of the first detector that all the others share, detected when the last of them was. */
function alarmsOfAll([first, ...others]: Detectors): RateAlarm[] {
  return first.alarms().flatMap(alarm => {
    const shared = others.map(other => other.alarms().find(one => overlap(one, alarm)));
    if (shared.includes(undefined)) return [];
    const all = [alarm, ...shared.filter(one => one !== undefined)];
    const detectedIn = all.reduce((last, one) => Math.max(last, one.detectedIn), 0);
    const evidence = all.reduce((least, one) => Math.min(least, one.evidence), Number.POSITIVE_INFINITY);
    return [{ ...alarm, detectedIn, evidence }];
  });
}

function overlap(one: RateAlarm, other: RateAlarm): boolean {
  const end = ({ endedIn }: RateAlarm) => endedIn ?? Number.POSITIVE_INFINITY;
  return one.since <= end(other) && other.since <= end(one);
}

const NOBODY: Exposure = { young: 0, old: 0 };

/** `asOne` where it does not matter, or is not known, of what age the connection was. */
function countsOf(source: CodeStream, asOne: boolean): StreamSource {
  return {
    first: () => {
      let first: number | null = null;
      for (const [number, { rows }] of source.bins)
        if (rows.size > 0 && (first === null || number < first)) first = number;
      return first;
    },
    count: bin => countOf(source.bins.get(bin), asOne),
  };
}

const NOTHING: StreamCount = { sick: { young: 0, old: 0 }, closes: 0, firstAt: null };

function countOf(bin: ReturnType<CodeStream['bins']['get']>, asOne: boolean): StreamCount {
  if (!bin || bin.rows.size === 0) return NOTHING;
  const { sickYoung, sickOld, rows } = bin;
  let closes = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  for (const { time, weight } of rows.values()) {
    closes += weight;
    firstAt = Math.min(firstAt, time);
  }
  const sick = asOne ? { young: 0, old: sickYoung + sickOld } : { young: sickYoung, old: sickOld };
  return { sick, closes, firstAt };
}
