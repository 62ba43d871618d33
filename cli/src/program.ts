import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { compareCodes, describeCode } from './code/describe-code.ts';
import { alarmAsJsonLine, alarmAsText, backtestFile } from './commands/backtest.ts';
import { printConfigSchema, printValidated } from './commands/config.ts';
import { exportEvents } from './commands/export.ts';
import { inspectFile, inspectionAsJsonLine, inspectionAsText } from './commands/inspect.ts';
import { verdictAsJsonLine, verdictAsText } from './commands/print-verdicts.ts';
import { replayFiles } from './commands/replay.ts';
import { serveUntilStopped } from './commands/serve-until-stopped.ts';
import type { RawConfig } from './config/env-overrides.ts';
import { loadConfig } from './config/load-config.ts';
import { runDemo } from './demo/run-demo.ts';
import { createLogger } from './logger.ts';
import { packageVersion } from './package-version.ts';
import { stopSignal } from './stop-signal.ts';
import { UsageError } from './usage-error.ts';

const DONE = 0;
const FAILED = 1;
const UNUSABLE = 2;

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 done (alarms or none), 1 a failure that the message explains, 2 unusable arguments,
 *   configuration or surroundings
 */
export async function run(args: readonly string[]): Promise<number> {
  let exitCode = DONE;
  const program = createProgram(code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (problem) {
    return report(problem);
  }
}

function report(problem: unknown): number {
  if (problem instanceof CommanderError) return problem.exitCode === 0 ? DONE : UNUSABLE; // it has printed its message
  process.stderr.write(`closewatch: ${(problem as Error).message}\n`);
  if (problem instanceof UsageError) return UNUSABLE;
  if (process.env.CLOSEWATCH_DEBUG) process.stderr.write(`${(problem as Error).stack}\n`);
  return FAILED;
}

function createProgram(end: (exitCode: number) => void): Command {
  const program = new Command('closewatch')
    .description('WebSocket close codes watched: 1007 bug spikes told apart from 1012 deploy waves.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(closewatch --help lists the commands)');
  addServe(program);
  addDemo(program, end);
  addReplay(program);
  addBacktest(program);
  addExport(program);
  addInspect(program);
  addCode(program);
  addConfig(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('collector, analyzer and dashboard in one process over one data folder')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--data <folder>', 'data folder')
    .option('--ingest-port <port>', 'OTLP/HTTP port', wholeNumber)
    .option('--dashboard-port <port>', 'port of the page and its API', wholeNumber)
    .action(async options => {
      const config = loadConfig({ file: options.config, env: process.env, flags: serveFlags(options) });
      await serveUntilStopped(config, createLogger(), stopSignal());
    });
}

function serveFlags(options: { data?: string; ingestPort?: number; dashboardPort?: number }): RawConfig {
  return {
    ...(options.data !== undefined && { data: options.data }),
    ...(options.ingestPort !== undefined && { ingest: { port: options.ingestPort } }),
    ...(options.dashboardPort !== undefined && { dashboard: { port: options.dashboardPort } }),
  };
}

function addDemo(program: Command, end: (exitCode: number) => void): void {
  program
    .command('demo')
    .description('a real fleet and everything else, from a checkout')
    .option('--once', 'end when all verdicts are in; exit 0 if they are right', false)
    .option('--seed <number>', 'varies the client version, the bytes, the offset and the timing', wholeNumber, 1)
    .option('--port <port>', "the dashboard's port (8080, or a free one)", wholeNumber)
    .option('--keep <folder>', 'keep the data and the history in this folder')
    .action(async options => {
      const say = (line: string) => process.stdout.write(`${line}\n`);
      end(await runDemo({ ...options, signal: stopSignal() }, say, createLogger('warn')));
    });
}

function addReplay(program: Command): void {
  program
    .command('replay')
    .description('history in (OTLP JSON lines, plain or .gz, or Parquet), verdicts out')
    .argument('<file...>')
    .option('--json', 'one JSON object a line and nothing else', false)
    .option('--config <file>', 'configuration file (YAML)')
    .action(async (files: string[], options) => {
      const verdicts = await replayFiles(files, loadConfig({ file: options.config, env: process.env }));
      for (const verdict of verdicts)
        process.stdout.write(options.json ? verdictAsJsonLine(verdict) : verdictAsText(verdict));
      if (verdicts.length === 0) process.stderr.write('no verdicts: nothing out of the ordinary\n');
    });
}

function addBacktest(program: Command): void {
  program
    .command('backtest')
    .description('any series of counts in (CSV with time,count[,exposure], or Prometheus query_range JSON), alarms out')
    .requiredOption('--counts <file>', 'equal bins from a second to weeks; a missing bin is unknown, not zero')
    .option('--json', 'one JSON object a line and nothing else', false)
    .option('--config <file>', 'configuration file (YAML)')
    .action(async options => {
      const config = loadConfig({ file: options.config, env: process.env });
      const alarms = await backtestFile(options.counts, config, process.stderr);
      for (const alarm of alarms) process.stdout.write(options.json ? alarmAsJsonLine(alarm) : alarmAsText(alarm));
      if (alarms.length === 0) process.stderr.write('no alarms: nothing out of the ordinary\n');
    });
}

function addExport(program: Command): void {
  program
    .command('export')
    .description('the stored events of a running serve: OTLP JSON lines or Parquet, which replay reads, or csv or json')
    .option('--server <url>', 'the running serve', 'http://127.0.0.1:8080')
    .option('--from <time>', 'RFC 3339')
    .option('--to <time>', 'RFC 3339')
    .addOption(new Option('--format <format>', 'how').choices(['otlp', 'parquet', 'csv', 'json']).default('otlp'))
    .action(async options => exportEvents(options, process.stdout));
}

function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('why the bytes of one message are not text: defect, offset, signature, how to mend it')
    .argument('<file>', 'the message, at most 100 MiB; - for standard input')
    .option('--json', 'one JSON object a line and nothing else', false)
    .action(async (file: string, options) => {
      const inspection = await inspectFile(file, process.stdin);
      process.stdout.write(options.json ? inspectionAsJsonLine(inspection) : inspectionAsText(inspection));
    });
}

function addCode(program: Command): void {
  program
    .command('code')
    .description('what a close code means, when it appears, what to do; two codes side by side')
    .argument('<code>', 'a close code', wholeNumber)
    .argument('[other]', 'a second one to compare with', wholeNumber)
    .action((code: number, other: number | undefined) => {
      const width = process.stdout.columns ?? 100;
      process.stdout.write(other === undefined ? describeCode(code) : compareCodes(code, other, width));
    });
}

function addConfig(program: Command): void {
  const config = program.command('config').description('the configuration').exitOverride();
  config
    .command('validate')
    .argument('<file>')
    .action((file: string) => printValidated(loadConfig({ file, env: process.env }), file))
    .exitOverride();
  config.command('schema').description('JSON Schema of the file').action(printConfigSchema).exitOverride();
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, got "${text}"`);
  return Number(text);
}
