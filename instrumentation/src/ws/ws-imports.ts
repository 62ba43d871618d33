import { createRequire, registerHooks } from 'node:module';

/** The entry of ws 8 for ECMAScript modules, in whatever folder the package lies. */
const ESM_ENTRY = /\/ws\/wrapper\.mjs$/;

/** Takes the hook out again. */
export type Unhook = () => void;

/**
 * Calls `found` with each copy of ws 8 that is imported as an ECMAScript module, before its importers run. ws's entry for
 * modules re-exports its CommonJS classes, so loading its CommonJS entry first shows the same classes, and no loader thread
 * and no second flag is needed. Source: Node's `module.registerHooks`, 22.15 and later.
 */
export function onWsImported(found: (module: unknown) => void): Unhook {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (ESM_ENTRY.test(resolved.url)) {
        const module = wsModuleBeside(resolved.url);
        if (module !== undefined) found(module);
      }
      return resolved;
    },
  });
  return () => hooks.deregister();
}

/** The CommonJS exports of the copy of ws 8 that an entry belongs to; undefined where it is another package or version. */
function wsModuleBeside(entry: string): unknown {
  try {
    const requireBeside = createRequire(entry);
    const { name, version } = requireBeside('./package.json') as { name?: unknown; version?: unknown };
    return name === 'ws' && String(version).startsWith('8.') ? requireBeside('./index.js') : undefined;
  } catch {
    return undefined; // no copy of ws: the import itself says what is wrong with it
  }
}
