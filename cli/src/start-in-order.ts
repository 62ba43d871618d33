/** One part of a running whole. */
export interface Part {
  name: string;
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
}

/**
 * Starts parts one after the other; where one fails, those that had started are stopped again, last first, and the
 * failure is thrown. Returns the function that stops all of them, last first: each is tried, whatever the others do.
 *
 * @throws what the failing part threw; AggregateError from stopping where several parts could not be stopped
 */
export async function startInOrder(parts: readonly Part[]): Promise<() => Promise<void>> {
  const started: Part[] = [];
  const stopAll = async () => {
    const problems: unknown[] = [];
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      await part.stop().catch(problem => problems.push(problem));
    }
    if (problems.length > 0) throw new AggregateError(problems, `could not stop ${problems.length} part(s)`);
  };
  for (const part of parts) {
    try {
      await part.start();
    } catch (problem) {
      await stopAll().catch(() => undefined); // the first failure is the one to tell
      throw problem;
    }
    started.push(part);
  }
  return stopAll;
}
