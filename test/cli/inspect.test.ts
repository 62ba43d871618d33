import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { closewatch, MAIN } from './closewatch.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, bytes: Uint8Array | string): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe('closewatch inspect', () => {
  it('says of gzip what it is, where it stops being text, and how to mend it', async () => {
    const file = fileOf('message.bin', gzipSync('hello', { level: 9 }));
    expect(await closewatch(['inspect', file])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        `${file}: 25 bytes that are not text; in a text frame, a receiver refuses them with 1007`,
        '  defect     invalid_utf8',
        '  offset     1',
        '  signature  gzip',
        '  The bytes look like gzip.',
        '  To mend it: Send compressed bytes in a binary frame, or decompress first.',
        '',
      ].join('\n'),
    });
  });

  it('prints one JSON object with --json, and none of the bytes', async () => {
    const file = fileOf('latin.txt', Buffer.from('canary caf\u00e9 au lait', 'latin1'));
    const { stdout, exitCode } = await closewatch(['inspect', file, '--json']);
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      file,
      size: 19,
      valid: false,
      defect: 'invalid_utf8',
      offset: 10,
      signature: 'latin-1',
      looks: 'The bytes look like Latin-1 text',
      mend: 'Encode text as UTF-8 before it is sent: this is Latin-1.',
    });
    expect(stdout).not.toContain('canary');
  });

  it('says that text is text', async () => {
    const file = fileOf('text.json', '{"city":"Zürich 🚋"}');
    expect((await closewatch(['inspect', file])).stdout).toBe(
      `${file}: 23 bytes of valid UTF-8; as text, no receiver refuses them with 1007\n`,
    );
    const json = await closewatch(['inspect', file, '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ file, size: 23, valid: true });
    expect(json.exitCode).toBe(0);
  });

  it('reads standard input', () => {
    const input = Buffer.from('a character cut in two: €').subarray(0, -1);
    const ended = spawnSync(process.execPath, [MAIN, 'inspect', '-'], { input, encoding: 'utf8' });
    expect(ended.status).toBe(0);
    expect(ended.stdout.split('\n').slice(0, 4)).toEqual([
      'standard input: 26 bytes that are not text; in a text frame, a receiver refuses them with 1007',
      '  defect     invalid_utf8',
      '  offset     24',
      '  signature  cut_sequence',
    ]);
  });

  it('ends with 2 and one line for what it can not read', async () => {
    const nowhere = join(folder, 'nowhere');
    const big = fileOf('big', '');
    truncateSync(big, 100 * 1024 * 1024 + 1); // sparse: it takes no space
    expect(await closewatch(['inspect', nowhere])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `closewatch: ${nowhere}: expected the bytes of one message: ENOENT: no such file or directory, open '${nowhere}'\n`,
    });
    expect(await closewatch(['inspect', folder])).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await closewatch(['inspect', big])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `closewatch: ${big}: expected one message of at most 100 MiB, got more\n`,
    });
    expect(await closewatch(['inspect'])).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
