import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { phraseOf } from '@closewatch/analyzer';
import { UsageError } from '../usage-error.ts';

/** The largest message that `ws` takes unless told otherwise (`maxPayload`): more than that is never refused as bad text. */
const MAX_BYTES = 100 * 1024 * 1024; // 100 MiB

/** What is wrong with the bytes of one message, sent as text. `file` is `-` for standard input; sizes and offsets are bytes. */
export type Inspection =
  | { file: string; size: number; valid: true }
  | {
      file: string;
      size: number;
      valid: false;
      defect: 'invalid_utf8';
      /** Index of the first byte that is not UTF-8. */
      offset: number;
      /** What the bytes look like, as in `websocket.payload.signature`. */
      signature: string;
      /** The signature in words. */
      looks: string;
      mend: string;
    };

/**
 * Says why the bytes of a file (`-`: of `input`) are not text, by the classifier that the instrumentation uses.
 *
 * @throws UsageError where the file can't be read, or has more than 100 MiB
 */
export async function inspectFile(file: string, input: Readable): Promise<Inspection> {
  const bytes = await readAll(file === '-' ? input : createReadStream(file), file);
  // Loaded here, because it brings OpenTelemetry along, which no other command needs.
  const { classifyPayload } = await import('@closewatch/instrumentation');
  const found = classifyPayload(bytes);
  if (found === null) return { file, size: bytes.length, valid: true };
  const defect = 'invalid_utf8';
  const { looks, mend } = phraseOf({ ...found, defect, sender: 'unknown' });
  return { file, size: bytes.length, valid: false, defect, ...found, looks, mend };
}

/** An inspection as one line of JSON, as `--json` prints it. */
export function inspectionAsJsonLine(inspection: Inspection): string {
  return `${JSON.stringify(inspection)}\n`;
}

/** An inspection in words, for a terminal. */
export function inspectionAsText(inspection: Inspection): string {
  const name = inspection.file === '-' ? 'standard input' : inspection.file;
  const size = `${inspection.size.toLocaleString('en')} ${inspection.size === 1 ? 'byte' : 'bytes'}`;
  if (inspection.valid) return `${name}: ${size} of valid UTF-8; as text, no receiver refuses them with 1007\n`;
  return [
    `${name}: ${size} that are not text; in a text frame, a receiver refuses them with 1007`,
    `  defect     ${inspection.defect}`,
    `  offset     ${inspection.offset}`,
    `  signature  ${inspection.signature}`,
    `  ${inspection.looks}.`,
    `  To mend it: ${inspection.mend}`,
    '',
  ].join('\n');
}

async function readAll(stream: Readable, file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new UsageError(`${file}: expected the bytes of one message: ${(cause as Error).message}`, { cause });
  }
  if (size > MAX_BYTES) {
    throw new UsageError(`${file}: expected one message of at most 100 MiB, got more`);
  }
  return Buffer.concat(chunks);
}
