export * from './attributes.ts';
export { startDrain } from './drain/start-drain.ts';
export {
  type AnyWebSocketClass,
  type AnyWebSocketServer,
  instrumentWebSocketClass,
  instrumentWebSocketServer,
} from './explicit/instrument-explicitly.ts';
export { type AuthenticatingSocket, clientFromAuth } from './identity/client-from-auth.ts';
export { type ConnectionInitContext, clientFromConnectionInit } from './identity/client-from-connection-init.ts';
export type { ClientQueryParameters } from './identity/client-from-query.ts';
export { setClient } from './identity/set-client.ts';
export type { ClientIdentity, DefectInfo, Session, UpgradeRequest, WebSocketInstrumentationConfig } from './options.ts';
export { classifyPayload, type PayloadClass } from './payload/classify-payload.ts';
export { WebSocketInstrumentation } from './websocket-instrumentation.ts';
