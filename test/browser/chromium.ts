import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** Where a Chromium lies, and what it needs in its environment to start. */
interface InstalledChromium {
  executablePath: string;
  env: Record<string, string>;
}

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

const ARGUMENTS = [
  // Test machines and containers seldom let a browser make its own sandbox, and only our own page is opened.
  '--no-sandbox',
  '--disable-setuid-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  // The tests assert that nothing is fetched from elsewhere; the browser's own chatter would hide it.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-pings',
];

const FONT_CONFIGURATION = 'closewatch-fonts.conf';
/** The package's own configuration looks into fixed folders under /tmp. Without a font, a page has no text at all. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
</fontconfig>
`;

/**
 * Starts a headless Chromium: the one that `CHROMIUM_PATH` names, one that is installed, or the one that the dev
 * dependency `@sparticuz/chromium` carries (Linux x64), so that `npm ci` is all that a browser test needs.
 */
export async function launchChromium(): Promise<Browser> {
  const { executablePath, env } = installedChromium() ?? (await unpackedChromium());
  return chromium.launch({ executablePath, args: ARGUMENTS, env: { ...environment(), ...env } });
}

function installedChromium(): InstalledChromium | null {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && !existsSync(named)) {
    throw new Error(`CHROMIUM_PATH: expected the path of a Chromium executable, got "${named}", which does not exist`);
  }
  const executablePath = named ?? USUAL_PLACES.find(place => existsSync(place));
  return executablePath === undefined ? null : { executablePath, env: {} };
}

/**
 * The packed Chromium, unpacked once a version into node_modules/.cache. It is unpacked beside and renamed into place,
 * because the package itself takes a half-written file of a concurrent run for a finished one.
 */
async function unpackedChromium(): Promise<InstalledChromium> {
  const packageFolder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const cache = join(import.meta.dirname, '../../node_modules/.cache');
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) await unpackInto(folder, cache, join(packageFolder, 'bin'));
  return {
    executablePath: join(folder, 'chromium'),
    // Its own copies of libnss3 and the others that a bare Debian lacks, and of a few fonts.
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, FONT_CONFIGURATION) },
  };
}

async function unpackInto(folder: string, cache: string, packed: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'chromium-unpacking-'));
  const temporaryFolder = process.env.TMPDIR;
  process.env.TMPDIR = unfinished; // `inflate` takes no target: it writes to os.tmpdir().
  try {
    const names = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'];
    await Promise.all(names.map(name => inflate(join(packed, name))));
    await writeFile(join(unfinished, FONT_CONFIGURATION), FONTS);
  } finally {
    if (temporaryFolder === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporaryFolder;
  }
  await rename(unfinished, folder).catch(async error => {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else was faster: theirs is as good.
    if (!existsSync(folder)) throw error;
  });
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
