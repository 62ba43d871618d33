import pino, { type Logger } from 'pino';

/** The log: JSON lines on standard error, so that standard output stays for what a command prints. */
export function createLogger(level = process.env.CLOSEWATCH_LOG_LEVEL ?? 'info'): Logger {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
