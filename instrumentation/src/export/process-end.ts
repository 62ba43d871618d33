/** What has to be done before a process ends. */
export interface LastSteps {
  /** Starts exporting what is left; resolves when nothing is. */
  flush: () => Promise<void>;
  /** The process ends with this call: only what is synchronous still happens. */
  exit?: () => void;
}

/** How long the default end of a process waits for the flush. Kubernetes allows 30 s before it kills, systemd 90, docker stop 10. */
const GRACE_MILLIS = 5_000;

const SIGNAL = 'SIGTERM';

/** One listener a process, however many processors and copies of this package there are: two would each take the other for the host's. */
const STATE = Symbol.for('@closewatch/instrumentation.process-end.v1');

interface ProcessEnd {
  steps: Set<LastSteps>;
  stop: () => void;
}

/**
 * Calls `flush` at SIGTERM and when the process is about to exit by itself (`beforeExit`), and `exit` at its very end, without changing
 * what becomes of the process. Where the host has no SIGTERM listener of its own, the signal is raised again after the flush, at the latest after 5 s or
 * at the next SIGTERM, and ends the process as it would have: by signal, not by an exit code. Where the host has one, its listener
 * decides, and runs as ever. Answers how to take the listeners out.
 */
export function atProcessEnd(last: LastSteps): () => void {
  const holder = globalThis as { [STATE]?: ProcessEnd | undefined };
  holder[STATE] ??= listen();
  const { steps } = holder[STATE];
  steps.add(last);
  return () => {
    steps.delete(last);
    if (steps.size > 0) return;
    holder[STATE]?.stop();
    holder[STATE] = undefined;
  };
}

function listen(): ProcessEnd {
  const steps = new Set<LastSteps>();
  const flushAll = async (): Promise<void> => {
    await Promise.allSettled([...steps].map(({ flush }) => flush()));
  };
  let ending = false;

  const beforeExit = (): void => void flushAll();
  const exit = (): void => {
    for (const last of steps) last.exit?.();
  };
  const signalled = (): void => {
    const isAlone = hostListeners() === 0;
    if (isAlone && ending) {
      raiseAgain();
      return;
    }
    ending = true;
    const flushed = flushAll();
    if (!isAlone) return;
    const grace = setTimeout(() => {
      exit(); // says what is left, and tries once more
      raiseAgain();
    }, GRACE_MILLIS);
    void flushed.then(() => {
      clearTimeout(grace);
      raiseAgain();
    });
  };
  const raiseAgain = (): void => {
    process.off(SIGNAL, signalled);
    process.kill(process.pid, SIGNAL);
  };

  process.on('beforeExit', beforeExit);
  process.on('exit', exit);
  // In front of the host's: a `once` listener that ran before would be gone, and the host taken for one without.
  process.prependListener(SIGNAL, signalled);
  return {
    steps,
    stop() {
      process.off('beforeExit', beforeExit);
      process.off('exit', exit);
      process.off(SIGNAL, signalled);
    },
  };
}

/** Listeners of the host's own. Those of signal-exit raise the signal again once they are alone, so they are none: to wait for them would keep the process. */
function hostListeners(): number {
  return process.listenerCount(SIGNAL) - 1 - signalExitListeners();
}

/** signal-exit 4 keeps on the global object, and 3 on the process object, how many listeners of theirs there are. */
function signalExitListeners(): number {
  const four = (globalThis as { [SIGNAL_EXIT_4]?: { count?: number } })[SIGNAL_EXIT_4];
  const three = (process as { __signal_exit_emitter__?: { count?: number } }).__signal_exit_emitter__;
  return (four?.count ?? 0) + (three?.count ?? 0);
}

const SIGNAL_EXIT_4 = Symbol.for('signal-exit emitter');
