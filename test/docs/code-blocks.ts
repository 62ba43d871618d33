import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fenced code blocks of one language in a document under `docs/`, in order. */
export function codeBlocks(document: string, language: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', document), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(match => match[1] === language).map(match => match[2]!);
}
