import { GAUGE_NAME, type GaugeSamples, NO_RECORDED_VALUE, TEMPORALITY_DELTA } from './gauge-samples.ts';
import { ProtobufAttributes } from './protobuf-attributes.ts';
import { type ItemReader, readItems } from './protobuf-items.ts';
import { ProtobufReader, readMessage } from './protobuf-reader.ts';
import { ProtobufResource } from './protobuf-resource.ts';

// Field numbers of opentelemetry-proto v1, `Metric` and what is in it; see protobuf-items.ts.
const METRIC_NAME = (1 << 3) | 2;
const METRIC_GAUGE = (5 << 3) | 2;
const METRIC_SUM = (7 << 3) | 2;
const DATA_POINTS = (1 << 3) | 2;
const SUM_TEMPORALITY = (2 << 3) | 0;
const POINT_TIME = (3 << 3) | 1;
const POINT_DOUBLE = (4 << 3) | 1;
const POINT_INT = (6 << 3) | 1;
const POINT_ATTRIBUTES = (7 << 3) | 2;
const POINT_FLAGS = (8 << 3) | 0;

/** Reads the samples of an ExportMetricsServiceRequest in protobuf. Throws MalformedRequestError. */
export function gaugesFromProtobuf(bytes: Uint8Array, into: GaugeSamples): void {
  const reader = new ProtobufReader(bytes);
  readItems(reader, new MetricReader(reader, into));
}

class MetricReader implements ItemReader {
  readonly #reader: ProtobufReader;
  readonly #into: GaugeSamples;
  readonly #attributes: ProtobufAttributes;
  readonly #resource: ProtobufResource;
  readonly #name: number;

  constructor(reader: ProtobufReader, into: GaugeSamples) {
    this.#reader = reader;
    this.#into = into;
    this.#attributes = new ProtobufAttributes(reader, into.rows);
    this.#resource = new ProtobufResource(reader, into.rows, this.#attributes);
    this.#name = into.rows.texts.idOfString(GAUGE_NAME);
  }

  beginResource(start: number, end: number): void {
    this.#resource.begin(start, end);
  }

  readItem(end: number): void {
    const reader = this.#reader;
    const start = reader.offset;
    let isGauge = false;
    readMessage(reader, start, end, METRIC_NAME, nameEnd => {
      isGauge = this.#into.rows.texts.find(reader.view, reader.offset, nameEnd) === this.#name;
    });
    if (isGauge) this.#readMetric(start, end);
    else this.#into.countOther();
    reader.offset = end;
  }

  #readMetric(start: number, end: number): void {
    const reader = this.#reader;
    this.#resource.read();
    for (const kind of [METRIC_GAUGE, METRIC_SUM]) {
      readMessage(reader, start, end, kind, dataEnd => {
        const dataStart = reader.offset;
        const isDelta = kind === METRIC_SUM && this.#isDelta(dataStart, dataEnd);
        readMessage(reader, dataStart, dataEnd, DATA_POINTS, pointEnd => this.#readPoint(pointEnd, isDelta));
      });
    }
  }

  #isDelta(start: number, end: number): boolean {
    const reader = this.#reader;
    let temporality = 0;
    reader.offset = start;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === SUM_TEMPORALITY) temporality = reader.varint(end);
      else reader.skip(tag, end);
    }
    return temporality === TEMPORALITY_DELTA;
  }

  #readPoint(end: number, isDelta: boolean): void {
    const reader = this.#reader;
    const { point, pointFields } = this.#into;
    let [micros, value, flags] = [0, Number.NaN, 0];
    point.clear();
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === POINT_TIME) micros = reader.microsFromNanos(end);
      else if (tag === POINT_DOUBLE) value = reader.double(end);
      else if (tag === POINT_INT) value = reader.fixedInt64(end);
      else if (tag === POINT_FLAGS) flags = reader.varint(end);
      else if (tag === POINT_ATTRIBUTES) this.#attributes.read(reader.lengthEnd(end), pointFields, point);
      else reader.skip(tag, end);
    }
    if (isDelta) this.#into.countUnusable('delta');
    else this.#into.endPoint(micros, flags & NO_RECORDED_VALUE ? Number.NaN : value);
  }
}
