import { GAUGE_NAME, type GaugeSamples, NO_RECORDED_VALUE, TEMPORALITY_DELTA } from './gauge-samples.ts';
import { JsonAttributes } from './json-attributes.ts';
import { type ItemNames, readJsonItems } from './json-items.ts';
import { double, integer, isPresent, type JsonObject, microsFromNanos, objectIn, objects } from './json-values.ts';

const NAMES: ItemNames = { resourceItems: 'resourceMetrics', scopeItems: 'scopeMetrics', items: 'metrics' };

/** Reads the samples of an ExportMetricsServiceRequest in OTLP's JSON. Throws MalformedRequestError. */
export function gaugesFromJson(body: Uint8Array, into: GaugeSamples): void {
  const attributes = new JsonAttributes(into.rows);
  readJsonItems(body, NAMES, (metric, resource) => {
    if (metric.name !== GAUGE_NAME) {
      into.countOther();
      return;
    }
    attributes.readResource(resource);
    const sum = objectIn(metric, 'sum');
    for (const point of objects(objectIn(metric, 'gauge'), 'dataPoints')) readPoint(point, attributes, into);
    for (const point of objects(sum, 'dataPoints')) {
      if (sum.aggregationTemporality === TEMPORALITY_DELTA) into.countUnusable('delta');
      else readPoint(point, attributes, into);
    }
  });
}

function readPoint(json: JsonObject, attributes: JsonAttributes, into: GaugeSamples): void {
  into.point.clear();
  attributes.read(json, into.pointFields, into.point);
  into.endPoint(microsFromNanos(json.timeUnixNano, 'timeUnixNano'), pointValue(json));
}

/** NaN where it has none. */
function pointValue(json: JsonObject): number {
  if (typeof json.flags === 'number' && (json.flags & NO_RECORDED_VALUE) !== 0) return Number.NaN;
  if (isPresent(json.asInt)) return integer(json.asInt, 'asInt');
  return isPresent(json.asDouble) ? double(json.asDouble, 'asDouble') : Number.NaN;
}
