import { type Announcement, truthOf } from './announcement.ts';
import { type DemoArguments, readArguments } from './arguments.ts';
import { Fleet } from './fleet.ts';
import { Play } from './play-story.ts';
import { realClock } from './real-clock.ts';
import { planStory } from './story.ts';

function announce(announcement: Announcement): void {
  process.stdout.write(`${JSON.stringify(announcement)}\n`);
}

function log(message: string): void {
  process.stderr.write(`demo: ${message}\n`);
}

async function play({ seed, once }: DemoArguments): Promise<void> {
  const stopped = new AbortController();
  const story = planStory(seed);
  const failure = Promise.withResolvers<never>();
  const fleet = new Fleet(story, { log: log, failed: failure.reject });
  const stop = (code: number): void => {
    stopped.abort();
    fleet.kill();
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  // Whoever started the demo holds its standard input: when that closes, nobody is watching any more.
  process.stdin.on('close', () => stop(0)).resume();
  process.stdout.on('error', () => stop(0));
  announce(truthOf(story));
  const run = new Play(story, { fleet, clock: realClock(stopped.signal), announce }).run({ freeze: once });
  try {
    await Promise.race([run, failure.promise]);
  } catch (error) {
    log((error as Error).message);
    stop(1);
  }
}

try {
  const words = readArguments(process.argv.slice(2));
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
    throw new TypeError('expected OTEL_EXPORTER_OTLP_ENDPOINT to be the address of a collector, got nothing');
  }
  await play(words);
} catch (error) {
  log((error as Error).message);
  process.exitCode = 2;
}
