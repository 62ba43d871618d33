// A TypeScript application that uses every entry of the built package; compiled by a test, never run.
import {
  ATTR_CLOSE_CODE,
  classifyPayload,
  clientFromAuth,
  clientFromConnectionInit,
  instrumentWebSocketClass,
  instrumentWebSocketServer,
  setClient,
  startDrain,
  WebSocketInstrumentation,
  type WebSocketInstrumentationConfig,
} from '@closewatch/instrumentation';
import { SPAN_CLOSE } from '@closewatch/instrumentation/attributes';
import { CloseSpanProcessor } from '@closewatch/instrumentation/export';
import { instrumentation } from '@closewatch/instrumentation/register';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { useServer } from 'graphql-ws/use/ws';
import { Server } from 'socket.io';
import { WebSocket, WebSocketServer } from 'ws';

const config: WebSocketInstrumentationConfig = {
  identifyClient: ({ headers }) => ({ name: headers['x-app'] }),
  clientFromQuery: { version: 'v' },
  ignore: ({ url }) => url.pathname === '/health',
  onDefect: ({ defect, offset = 0 }, bytes) => `${defect} at ${offset} of ${bytes?.length ?? 0}`,
};
// @ts-expect-error: a hook's answer has a type
config.identifyClient = () => 17;

new NodeSDK({
  instrumentations: [new WebSocketInstrumentation(config)],
  spanProcessors: [new CloseSpanProcessor(new tracing.InMemorySpanExporter(), { maxQueueSize: 1_000 })],
}).start();

const known: boolean = setClient(new WebSocket('ws://127.0.0.1:1/'), { id: 'c-1' });
const offset: number | undefined = classifyPayload(Buffer.of(0xff))?.offset;
const identify = clientFromConnectionInit(params => ({ name: String(params.app) }));
useServer(
  { schema: undefined as never, onConnect: context => identify(context) },
  new WebSocketServer({ noServer: true }),
);
new Server().use(clientFromAuth(auth => ({ name: String(auth.app) })));
instrumentation?.setConfig(config);
const isTaken: boolean = instrumentWebSocketServer(new WebSocketServer({ noServer: true }));
const isDraining: boolean = startDrain(new WebSocketServer({ noServer: true }));
instrumentWebSocketClass(WebSocket);
instrumentWebSocketClass(globalThis.WebSocket);
export const used: unknown[] = [ATTR_CLOSE_CODE, SPAN_CLOSE, known, offset, isTaken, isDraining];
