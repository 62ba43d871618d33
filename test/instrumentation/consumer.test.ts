import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');

/** A project of somebody else's, with the built package installed; inside of node_modules, so that OpenTelemetry is found above it. */
let project: string;

beforeAll(async () => {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  project = mkdtempSync(join(root, 'node_modules/.cache/consumer-'));
  const built = join(project, 'built');
  await run(process.execPath, ['build.ts', '--out', built, '--room', 'instrumentation'], {
    cwd: root,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  const installed = join(project, 'node_modules/@closewatch/instrumentation');
  mkdirSync(dirname(installed), { recursive: true });
  cpSync(join(built, 'instrumentation'), installed, { recursive: true });
  const dependencies = join(installed, 'node_modules/@opentelemetry');
  mkdirSync(dependencies, { recursive: true });
  symlinkSync(
    join(root, 'instrumentation/node_modules/@opentelemetry/instrumentation'),
    join(dependencies, 'instrumentation'),
  );
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

async function node(name: string, source: string, args: string[] = []): Promise<string> {
  writeFileSync(join(project, name), source);
  const { stdout } = await run(process.execPath, [...args, name], { cwd: project });
  return stdout.trim();
}

describe('the built package', () => {
  it('gives a TypeScript application full types, its own declarations checked', async () => {
    cpSync(join(import.meta.dirname, 'consumer/consumer.ts'), join(project, 'consumer.ts'));
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      types: ['node'],
      skipLibCheck: false,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
    const { stdout } = await run(join(bin, 'tsc'), [], { cwd: project }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  it('is imported', async () => {
    const source = `
      import { WebSocketInstrumentation } from '@closewatch/instrumentation';
      import { CloseSpanProcessor } from '@closewatch/instrumentation/export';
      import { SPAN_CLOSE } from '@closewatch/instrumentation/attributes';
      process.stdout.write([WebSocketInstrumentation.name, CloseSpanProcessor.name, SPAN_CLOSE].join());`;
    expect(await node('import.mjs', source)).toBe('WebSocketInstrumentation,CloseSpanProcessor,websocket.close');
  });

  it('is required', async () => {
    const source = `
      const { WebSocketInstrumentation } = require('@closewatch/instrumentation');
      const { CloseSpanProcessor } = require('@closewatch/instrumentation/export');
      process.stdout.write([WebSocketInstrumentation.name, CloseSpanProcessor.name].join());`;
    expect(await node('require.cjs', source)).toBe('WebSocketInstrumentation,CloseSpanProcessor');
  });

  it('loads neither SDK nor exporter with its main entry', async () => {
    const source = `
      const { WebSocketInstrumentation } = require('@closewatch/instrumentation');
      new WebSocketInstrumentation();
      const loaded = Object.keys(require.cache).flatMap(file => file.match(/@opentelemetry.(sdk-|exporter-|otlp-)[^/\\\\]*/)?.[0] ?? []);
      process.stdout.write(JSON.stringify(loaded));`;
    expect(await node('light.cjs', source)).toBe('[]');
  });

  it('registers itself', async () => {
    const source = `
      import { instrumentation } from '@closewatch/instrumentation/register';
      process.stdout.write(instrumentation.constructor.name);`;
    const args = ['--import', '@closewatch/instrumentation/register'];
    expect(await node('registered.mjs', source, args)).toBe('WebSocketInstrumentation');
  });

  it('says what register needs where the SDK is not installed, and the application runs', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'closewatch-consumer-'));
    const installed = join(elsewhere, 'node_modules/@closewatch/instrumentation');
    const openTelemetry = join(elsewhere, 'node_modules/@opentelemetry');
    cpSync(join(project, 'built/instrumentation'), installed, { recursive: true });
    mkdirSync(openTelemetry);
    symlinkSync(join(root, 'node_modules/@opentelemetry/api'), join(openTelemetry, 'api'));
    const base = join(root, 'instrumentation/node_modules/@opentelemetry/instrumentation');
    symlinkSync(base, join(openTelemetry, 'instrumentation'));
    const args = ['--import', '@closewatch/instrumentation/register', '--eval', "process.stdout.write('runs')"];
    const { stdout, stderr } = await run(process.execPath, args, { cwd: elsewhere });
    rmSync(elsewhere, { recursive: true });
    expect(stdout).toBe('runs');
    expect(stderr).toBe(
      '@closewatch/instrumentation: could not start, the application runs without it: ' +
        'expected @opentelemetry/sdk-node to be installed beside it (npm install @opentelemetry/sdk-node)\n',
    );
  });
});
