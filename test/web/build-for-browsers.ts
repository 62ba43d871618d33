import { build, type Rolldown } from 'vite';

/** Builds one module for browsers, minified, into a single file of ES module code. `external` stays imported. */
export async function buildForBrowsers(entry: string, external: RegExp[] = []): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry, formats: ['es'], fileName: 'page' },
      // A library build keeps its white space for those who bundle it; here it is what a page loads that counts.
      rolldownOptions: { external, output: { minify: true } },
    },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  return output[0].code;
}
