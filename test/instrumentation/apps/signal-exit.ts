/** An application with a library that cleans up at the end by signal-exit, which raises a signal again where it believes to be alone. */
import { onExit } from 'signal-exit';

onExit((code, signal) => {
  process.stdout.write(`cleaned up after ${signal ?? code}\n`);
});
setInterval(() => {}, 60_000);
process.stdout.write('open\n');
