import { createRequire } from 'node:module';
import { DiagLogLevel, diag, metrics, ProxyTracerProvider, trace } from '@opentelemetry/api';
import { CloseSpanProcessor } from '../export/close-span-processor.ts';
import { atProcessEnd } from '../export/process-end.ts';
import { PACKAGE_NAME } from '../version.ts';
import { WebSocketInstrumentation } from '../websocket-instrumentation.ts';
import { createExporter } from './create-exporter.ts';
import { createSendAtExit } from './send-at-exit.ts';
import { type RegisterSettings, settingsFromEnvironment } from './settings-from-environment.ts';

type SdkNode = typeof import('@opentelemetry/sdk-node');

const require = createRequire(import.meta.url);

/**
 * Sets up what an application without OpenTelemetry needs, from the environment: the SDK, the exporter, this instrumentation. The
 * WebSocket spans go unsampled, through a tracer provider of their own; OTEL_TRACES_SAMPLER holds for the application's own spans.
 * Where the application has registered an SDK before, that is left as it is. Never throws: what is wrong is said on standard error, and
 * the application runs without telemetry. Undefined where it does, or where `OTEL_SDK_DISABLED` is set.
 */
export function start(): WebSocketInstrumentation | undefined {
  try {
    const settings = settingsFromEnvironment(process.env);
    return settings ? startWith(settings) : undefined;
  } catch (error) {
    say(
      `${PACKAGE_NAME}: could not start, the application runs without it:`,
      error instanceof Error ? error.message : error,
    );
    return undefined;
  }
}

function startWith(settings: RegisterSettings): WebSocketInstrumentation {
  const { path, sdk } = loadSdk();
  const isFirst = !hasTracerProvider();
  if (isFirst && !process.env.OTEL_LOG_LEVEL) {
    const ignore = (): void => {};
    diag.setLogger({ error: say, warn: say, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
  }
  for (const warning of settings.warnings) diag.warn(`${PACKAGE_NAME}: ${warning}`);
  const resource = resourceOf(sdk);
  const instrumentation = new WebSocketInstrumentation();
  if (isFirst) startSdk(sdk, settings, resource, instrumentation);
  else instrumentation.setMeterProvider(metrics.getMeterProvider());
  const exporter = createExporter(settings.destination, path, () => new sdk.tracing.ConsoleSpanExporter());
  const sendAtExit = createSendAtExit(settings.destination, path);
  instrumentation.setTracerProvider(
    new sdk.tracing.BasicTracerProvider({
      resource,
      sampler: new sdk.tracing.AlwaysOnSampler(),
      spanProcessors: exporter ? [new CloseSpanProcessor(exporter, sendAtExit ? { sendAtExit } : {})] : [],
    }),
  );
  return instrumentation;
}

function loadSdk(): { path: string; sdk: SdkNode } {
  try {
    const path = require.resolve('@opentelemetry/sdk-node');
    return { path, sdk: require(path) as SdkNode };
  } catch (error) {
    throw new Error(
      `expected @opentelemetry/sdk-node to be installed beside it (npm install @opentelemetry/sdk-node)`,
      {
        cause: error,
      },
    );
  }
}

/** Whether somebody has registered an SDK: the global provider then is no longer the one that does nothing. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return (
    !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== new ProxyTracerProvider().getDelegate()
  );
}

type Resource = ReturnType<SdkNode['resources']['defaultResource']>;

/** The process detector is left out: it records the command line, where credentials may stand. What the variables say wins. */
function resourceOf({ resources }: SdkNode): Resource {
  const detectors = [resources.serviceInstanceIdDetector, resources.hostDetector, resources.envDetector];
  return resources.defaultResource().merge(resources.detectResources({ detectors }));
}

function startSdk(
  { NodeSDK }: SdkNode,
  settings: RegisterSettings,
  resource: Resource,
  instrumentation: WebSocketInstrumentation,
): void {
  new NodeSDK({
    resource,
    autoDetectResources: false,
    instrumentations: [instrumentation],
    ...(!settings.exportsMetrics && { metricReaders: [] }),
    ...(!settings.exportsLogs && { logRecordProcessors: [] }),
  }).start();
  let flushed = false;
  atProcessEnd({
    flush: async () => {
      if (flushed) return; // metrics are exported anew at each flush, and `beforeExit` comes again after each export
      flushed = true;
      await Promise.allSettled([trace.getTracerProvider(), metrics.getMeterProvider()].map(flush));
    },
  });
}

async function flush(provider: unknown): Promise<void> {
  const target: unknown = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  await (target as { forceFlush?: () => Promise<void> }).forceFlush?.();
}

function say(...words: unknown[]): void {
  process.stderr.write(`${words.map(String).join(' ').trimEnd()}\n`);
}
