import { once } from 'node:events';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import type { Lane, Transport } from './lane.ts';

/** Streams at once on a connection: exporters have a few requests under way each. */
const LANES_PER_CONNECTION = 8;

/** OTLP/gRPC on Node's own HTTP/2, without a gRPC client, whose work a request would be larger than the receiver's. */
export const grpcTransport: Transport = {
  /** "Length-Prefixed-Message". Source: gRPC over HTTP2. */
  headOf(bodyLength, gzip) {
    const head = Buffer.alloc(5);
    head.writeUInt8(gzip ? 1 : 0);
    head.writeUInt32BE(bodyLength, 1);
    return head;
  },
  async open(port, count, gzip) {
    const sessions = Array.from({ length: Math.ceil(count / LANES_PER_CONNECTION) }, () =>
      connect(`http://127.0.0.1:${port}`),
    );
    await Promise.all(sessions.map(session => once(session, 'connect')));
    const lanes = Array.from({ length: count }, (_, i) => laneOf(sessions[i % sessions.length]!, gzip));
    return {
      lanes,
      close: () => {
        for (const session of sessions) session.destroy();
      },
    };
  },
};

function laneOf(session: ClientHttp2Session, gzip: boolean): Lane {
  const headers: OutgoingHttpHeaders = {
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(gzip && { 'grpc-encoding': 'gzip' }),
  };
  return {
    send(request, answered) {
      const stream = session.request(headers);
      let status: string | undefined;
      // An answer without a message has its status in the headers.
      const note = (answer: { 'grpc-status'?: string | string[] }) => {
        if (answer['grpc-status'] !== undefined) status = String(answer['grpc-status']);
      };
      stream.on('response', note);
      stream.on('trailers', note);
      stream.on('close', () => answered(status === '0'));
      stream.resume();
      stream.end(request);
    },
  };
}
