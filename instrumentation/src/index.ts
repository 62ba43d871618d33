export * from './attributes.ts';
export type { ClientIdentity, UpgradeRequest, WebSocketInstrumentationConfig } from './options.ts';
export { classifyPayload, type PayloadClass } from './payload/classify-payload.ts';
export { WebSocketInstrumentation } from './websocket-instrumentation.ts';
