import { registerHooks } from 'node:module';
import type { Unhook } from '../ws/ws-imports.ts';

/** The entries of engine.io and engine.io-client 6 for ECMAScript modules, in whatever folder the packages lie. */
const ESM_ENTRY = /\/engine\.io\/wrapper\.mjs$|\/engine\.io-client\/build\/esm(?:-debug)?\/index\.js$/;

/**
 * Calls `found` with each copy of engine.io 6 or engine.io-client 6 that is imported as an ECMAScript module, once it has
 * run; no connection can have closed by then.
 */
export function onEngineImported(found: (module: unknown) => void): Unhook {
  const seen = new Set<string>();
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (ESM_ENTRY.test(resolved.url) && !seen.has(resolved.url)) {
        seen.add(resolved.url);
        import(resolved.url).then(found, () => {}); // the application's own import says what is wrong with it
      }
      return resolved;
    },
  });
  return () => hooks.deregister();
}
