import { SickClients } from './sick-clients.ts';

/** Width of a stream's bins: a spike of a code is a notice, and may be ten seconds late. Milliseconds. */
export const STREAM_BIN = 10_000;
/** Codes and statuses of one service that are counted apart: clients can send any of 4,000, and a detector each costs memory. */
const MOST_STREAMS = 200;
/** Where the others are counted. */
const OTHERS = 'others';
/** Bins are kept as long as those of the timeline. */
const KEPT = 2 * 3_600_000; // 2 h

/** One close with a code, or one failed handshake with a status. */
export interface StreamRow {
  /** Of the connection. */
  id: string;
  client: string;
  /** Epoch milliseconds. */
  time: number;
  /** How many it stands for. */
  weight: number;
  /** Whether the connection was in its first seconds; a failed handshake never was. */
  young: boolean;
}

/** Ten seconds of one stream. */
interface StreamBin {
  /** New sick clients, by the age of the connection. */
  sickYoung: number;
  sickOld: number;
  /** Everything that came, by connection id. */
  rows: Map<string, Pick<StreamRow, 'time' | 'weight'>>;
}

/** How often one close code, or one status of failed handshakes, came: each client once per ten minutes, and all of them beside. */
export class CodeStream {
  /** By number: the time over the width. */
  readonly bins = new Map<number, StreamBin>();
  /** Number of the earliest bin that changed since it was last set back; Infinity when none did. */
  dirtyFrom = Number.POSITIVE_INFINITY;
  private keptFrom = Number.NEGATIVE_INFINITY;
  private readonly sick = new SickClients(this);

  add(row: StreamRow): void {
    this.changing(row.time)?.rows.set(row.id, { time: row.time, weight: row.weight });
    this.sick.add(row.client, row);
  }

  remove(row: StreamRow): void {
    this.changing(row.time)?.rows.delete(row.id);
    this.sick.remove(row.client, row);
  }

  /** The bin of a time to change; null where it is no longer kept. */
  changing(time: number): StreamBin | null {
    const number = Math.floor(time / STREAM_BIN);
    if (number < this.keptFrom) return null;
    this.dirtyFrom = Math.min(this.dirtyFrom, number);
    let bin = this.bins.get(number);
    if (!bin) {
      bin = { sickYoung: 0, sickOld: 0, rows: new Map() };
      this.bins.set(number, bin);
    }
    return bin;
  }

  /** Drops what is over by `now`, and the windows of clients that ended before `time` (epoch milliseconds). */
  forgetBefore(now: number, time: number): void {
    this.keptFrom = Math.floor((now - KEPT) / STREAM_BIN);
    for (const number of this.bins.keys()) if (number < this.keptFrom) this.bins.delete(number);
    this.sick.forgetBefore(time);
  }
}

/** The streams of one service, by what they count: `close 1011`, `handshake 401`. */
export class CodeStreams {
  readonly streams = new Map<string, CodeStream>();
  /** Rows that were counted among others, since there were too many streams. */
  joined = 0;

  add(stream: string, row: StreamRow): void {
    this.of(stream).add(row);
  }

  remove(stream: string, row: StreamRow): void {
    this.of(stream).remove(row);
  }

  forgetBefore(now: number, time: number): void {
    for (const stream of this.streams.values()) stream.forgetBefore(now, time);
  }

  private of(key: string): CodeStream {
    const known = this.streams.get(key);
    if (known) return known;
    if (this.streams.size >= MOST_STREAMS && key !== OTHERS) {
      this.joined++;
      return this.of(OTHERS);
    }
    const stream = new CodeStream();
    this.streams.set(key, stream);
    return stream;
  }
}
