export { instrumentWebSocket } from './instrument-websocket.ts';
export type { InstrumentWebSocketOptions, PageClient } from './options.ts';
