import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { closeEventsFromOtlpLine } from '@closewatch/collector';
import * as wire from '@closewatch/instrumentation/attributes';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { closewatch } from '../cli/closewatch.ts';
import { codeBlocks } from './code-blocks.ts';

interface Pipeline {
  receivers: string[];
  processors?: string[];
  exporters: string[];
}

interface CollectorConfiguration {
  receivers: object;
  connectors: { routing: { default_pipelines: string[]; table: { condition: string; pipelines: string[] }[] } };
  processors: object;
  exporters: object;
  service: { pipelines: Record<string, Pipeline> };
}

const configuration = parse(codeBlocks('recipes/otel-collector.md', 'yaml')[0]!) as CollectorConfiguration;
const [line] = codeBlocks('recipes/otel-collector.md', 'json') as [string];
const { routing } = configuration.connectors;
const { pipelines } = configuration.service;

describe('docs/recipes/otel-collector.md', () => {
  it('uses every component that it defines, and defines every one that it uses', () => {
    const used = (part: keyof Pipeline): string[] =>
      Object.values(pipelines)
        .flatMap(pipeline => pipeline[part] ?? [])
        .filter(name => name !== 'routing');
    expect(new Set(used('receivers'))).toEqual(new Set(Object.keys(configuration.receivers)));
    expect(new Set(used('processors'))).toEqual(new Set(Object.keys(configuration.processors)));
    expect(new Set(used('exporters'))).toEqual(new Set(Object.keys(configuration.exporters)));
  });

  it('routes into pipelines that take from the connector, and only the one with our spans goes past the sampler', () => {
    const routes = [...routing.default_pipelines, ...routing.table.flatMap(route => route.pipelines)];
    const fromConnector = Object.keys(pipelines).filter(name => pipelines[name]!.receivers.includes('routing'));
    expect(routes.sort()).toEqual(fromConnector.sort());
    expect(pipelines['traces/websocket']!.processors).not.toContain('tail_sampling');
    expect(pipelines['traces/sampled']!.processors).toContain('tail_sampling');
  });

  it('matches our four spans, and nothing else', () => {
    // OTTL's IsMatch takes an RE2 pattern, in a string with escapes as JSON has them; this one means the same in JavaScript.
    const [, pattern] = /^IsMatch\(name, (".*")\)$/.exec(routing.table[0]!.condition)!;
    const matches = (name: string): boolean => new RegExp(JSON.parse(pattern!)).test(name);
    const ours = [wire.SPAN_CONNECT, wire.SPAN_CLOSE, wire.SPAN_RECONNECT, wire.SPAN_DRAIN];
    expect(ours.filter(matches)).toEqual(ours);
    expect(
      ['websocket.message', 'websocketXclose', 'GET /websocket.close', 'my.websocket.close'].filter(matches),
    ).toEqual([]);
  });

  it('shows a line of the file exporter that replay reads, plain and gzipped', async () => {
    expect(closeEventsFromOtlpLine(line)).toMatchObject([{ kind: 'close', service: 'gateway', code: 1012 }]);
    const folder = mkdtempSync(join(tmpdir(), 'closewatch-docs-'));
    const plain = join(folder, 'websocket.jsonl');
    writeFileSync(plain, line);
    writeFileSync(`${plain}.gz`, gzipSync(line));
    expect(await closewatch(['replay', plain, `${plain}.gz`, '--json'])).toMatchObject({ exitCode: 0, stdout: '' });
    rmSync(folder, { recursive: true });
  });
});
