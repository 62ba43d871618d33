// OpenTelemetry, before anything else: node --import ./telemetry.js client.js
import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [new WebSocketInstrumentation()] });
sdk.start();

/** Sends what is still held back. */
export const shutdown = () => sdk.shutdown();
