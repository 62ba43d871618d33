/** What the tests of the demo read of a span: whose it is, its name and its attributes. */
export interface SeenSpan {
  service: string;
  /** service.instance.id. */
  instance: string;
  name: string;
  attributes: Record<string, string | number | boolean>;
}

type Field = readonly [number: number, value: bigint | Buffer];

/** The fields of one protobuf message, in order. Source: the protobuf encoding guide; 64-bit fields stay bytes. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let index = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(index++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    index += length;
    return message.subarray(index - length, index);
  };
  while (index < message.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    if (wireType === 0) yield [tag >> 3, varint()];
    else if (wireType === 1) yield [tag >> 3, take(8)];
    else if (wireType === 2) yield [tag >> 3, take(Number(varint()))];
    else if (wireType === 5) yield [tag >> 3, take(4)];
    else throw new Error(`expected wire type 0, 1, 2 or 5, got ${wireType}`);
  }
}

function messages(message: Buffer, field: number): Buffer[] {
  return [...fieldsOf(message)].filter(([number]) => number === field).map(([, value]) => value as Buffer);
}

function attribute(keyValue: Buffer): [string, string | number | boolean] {
  const key = messages(keyValue, 1)[0]?.toString() ?? '';
  const [kind, value] = [...fieldsOf(messages(keyValue, 2)[0] ?? Buffer.alloc(0))][0] ?? [1, Buffer.alloc(0)];
  if (typeof value === 'bigint') return [key, kind === 2 ? value === 1n : Number(BigInt.asIntN(64, value))];
  return [key, kind === 4 ? value.readDoubleLE() : value.toString()];
}

/** The spans of an ExportTraceServiceRequest in protobuf. Source: opentelemetry-proto, trace/v1/trace.proto. */
export function spansFromOtlp(request: Buffer): SeenSpan[] {
  return messages(request, 1).flatMap(resourceSpans => {
    const resource = messages(resourceSpans, 1).flatMap(message => messages(message, 1).map(attribute));
    const { 'service.name': service, 'service.instance.id': instance } = Object.fromEntries(resource);
    const spans = messages(resourceSpans, 2).flatMap(scopeSpans => messages(scopeSpans, 2));
    return spans.map(span => ({
      service: String(service),
      instance: String(instance),
      name: messages(span, 5)[0]?.toString() ?? '',
      attributes: Object.fromEntries(messages(span, 9).map(attribute)),
    }));
  });
}
