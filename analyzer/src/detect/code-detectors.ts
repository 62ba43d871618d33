import { type CodeStream, type CodeStreams, STREAM_BIN } from '../facts/code-streams.ts';
import { BIN, CHANGEABLE } from '../facts/limits.ts';
import type { Exposure } from './exposure.ts';
import { rateSettings } from './rate-settings.ts';
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
 * A handshake fails where somebody opens, and young connections tell how many do; some fail although nobody else opens, as who
 * is turned away tries again. Of which kind one is can't be seen: it is shared out by the exposure, of which that of old
 * connections counts for a hundredth.
 */
const STEADY_SHARE = 0.01;

/** Detector A for each close code and each status of failed handshakes of one service, on the service's own exposure. */
export class CodeDetectors {
  private readonly codes: CodeStreams;
  private readonly service: ServiceDetector;
  private readonly falseAlarmsPerYear: number;
  private readonly detectors = new Map<string, StreamDetector>();

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
      let detector = this.detectors.get(stream);
      if (!detector) {
        detector = this.detectorOf(stream, source);
        this.detectors.set(stream, detector);
      }
      detector.run(last, Math.min(source.dirtyFrom, exposureChanged));
      source.dirtyFrom = Number.POSITIVE_INFINITY;
    }
  }

  /** All alarms that are remembered, by stream and then by start. */
  alarms(): CodeAlarm[] {
    const streams = [...this.detectors].sort(([one], [other]) => (one < other ? -1 : 1));
    return streams.flatMap(([stream, detector]) => detector.alarms().map(alarm => ({ stream, alarm })));
  }

  private detectorOf(stream: string, source: CodeStream): StreamDetector {
    const isHandshake = stream.startsWith('handshake');
    const exposure = this.exposure();
    const settings = rateSettings({
      binSeconds: STREAM_BIN / 1_000,
      falseAlarmsPerYear: this.falseAlarmsPerYear,
      firstHourFalseAlarms: 0,
      season: false,
      ...(isHandshake ? { youngShare: 0 } : {}),
    });
    return new StreamDetector(countsOf(source, isHandshake ? exposure : null), exposure, settings, CHANGEABLE / WIDTH);
  }

  private exposure(): StreamExposure {
    const { service } = this;
    return {
      at: bin => {
        let [young, old] = [0, 0];
        for (let number = bin * WIDTH; number < (bin + 1) * WIDTH; number++) {
          const one = service.evaluated.get(number);
          if (!one) continue;
          young += one.exposure.young * one.season;
          old += one.exposure.old * one.season;
        }
        return { young, old };
      },
      before: bin => service.evaluated.get(bin * WIDTH)?.learntExposure ?? { young: 0, old: 0 },
      ageAt: bin => service.ageAt(bin * WIDTH),
    };
  }
}

/** `exposure` where what came is to be shared out by it, null where it is known of what age the connection was. */
function countsOf(source: CodeStream, exposure: StreamExposure | null): StreamSource {
  return {
    first: () => {
      let first: number | null = null;
      for (const [number, { rows }] of source.bins)
        if (rows.size > 0 && (first === null || number < first)) first = number;
      return first;
    },
    count: bin => countOf(source.bins.get(bin), exposure && (() => youngPart(exposure.at(bin)))),
  };
}

function youngPart({ young, old }: Exposure): number {
  return young === 0 ? 0 : young / (young + STEADY_SHARE * old);
}

const NOTHING: StreamCount = { sick: { young: 0, old: 0 }, closes: 0, firstAt: null };

function countOf(bin: ReturnType<CodeStream['bins']['get']>, partOfYoung: (() => number) | null): StreamCount {
  if (!bin || bin.rows.size === 0) return NOTHING;
  const { sickYoung, sickOld, rows } = bin;
  let closes = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  for (const { time, weight } of rows.values()) {
    closes += weight;
    firstAt = Math.min(firstAt, time);
  }
  const all = sickYoung + sickOld;
  const young = partOfYoung ? all * partOfYoung() : sickYoung;
  return { sick: { young, old: all - young }, closes, firstAt };
}
