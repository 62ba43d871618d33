// OpenTelemetry, before anything else: node --require ./telemetry.cjs server.cjs
const { WebSocketInstrumentation } = require('@closewatch/instrumentation');
const { NodeSDK } = require('@opentelemetry/sdk-node');

const sdk = new NodeSDK({
  instrumentations: [
    new WebSocketInstrumentation({
      // Clients that can set no headers tell who they are in the query, which is never recorded itself.
      identifyClient: ({ url }) => ({ version: url.searchParams.get('v') ?? undefined }),
      urlTemplate: ({ url }) => url.pathname.replace(/\/\d+/g, '/:id'),
    }),
  ],
});
sdk.start();

/** Sends what is still held back. To be called when the last connection is gone. */
exports.shutdown = () => sdk.shutdown();
