import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { PACKAGE_NAME, PACKAGE_VERSION } from './version.ts';

it('the name and version of the tracer are those of the package', () => {
  expect([PACKAGE_NAME, PACKAGE_VERSION]).toEqual([manifest.name, manifest.version]);
});
