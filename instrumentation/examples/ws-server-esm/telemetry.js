// OpenTelemetry, before anything else: node --import ./telemetry.js server.js
// Who this is and where the spans go stands in the standard variables: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES,
// OTEL_EXPORTER_OTLP_ENDPOINT (http://127.0.0.1:4318 unless told otherwise, which is where `closewatch serve` listens).
import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [new WebSocketInstrumentation()] });
sdk.start();

/** Sends what is still held back. To be called when the last connection is gone. */
export const shutdown = () => sdk.shutdown();
