/**
 * Builds the packages that are published, into dist/: JavaScript and declarations beside each other, with a package.json
 * whose entries point to them. In a checkout nothing needs this: Node runs the TypeScript as it is.
 * `node build.ts --out DIR --room instrumentation` builds elsewhere, and one package alone.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = import.meta.dirname;
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist') },
    room: { type: 'string', multiple: true, default: ['instrumentation', 'collector', 'analyzer', 'dashboard', 'cli'] },
  },
});
const out = resolve(values.out);
const rooms = values.room;

type Json = Record<string, unknown>;

rmSync(out, { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', out], { cwd: root, stdio: 'inherit' });
for (const room of rooms) finishPackage(room);
if (rooms.includes('dashboard')) {
  cpSync(join(root, 'dashboard/web/dist'), join(out, 'dashboard/web/dist'), { recursive: true });
}
console.log(`built ${rooms.join(', ')} into ${out}`);

function finishPackage(room: string): void {
  const manifest = JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')) as Json;
  delete manifest.devDependencies;
  if (manifest.exports) manifest.exports = mapValues(manifest.exports as Json, entryOf);
  if (manifest.bin) manifest.bin = mapValues(manifest.bin as Json, file => String(file).replace(/\.ts$/, '.js'));
  manifest.files = ['src', 'web/dist'];
  mkdirSync(join(out, room), { recursive: true });
  writeFileSync(join(out, room, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(root, 'LICENSE'), join(out, room, 'LICENSE'));
  cpSync(
    join(root, room === 'instrumentation' ? 'instrumentation/README.md' : 'README.md'),
    join(out, room, 'README.md'),
  );
}

function entryOf(file: unknown): Json {
  const base = String(file).replace(/\.ts$/, '');
  return { types: `${base}.d.ts`, default: `${base}.js` };
}

function mapValues(object: Json, map: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
