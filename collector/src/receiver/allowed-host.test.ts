import { expect, it } from 'vitest';
import { isAllowedHost } from './allowed-host.ts';

it('knows this machine by its addresses and by localhost, with and without a port', () => {
  for (const header of ['localhost', 'LOCALHOST:8080', '127.0.0.1:4318', '10.1.2.3', '[::1]:8080', '[fe80::1]'])
    expect([header, isAllowedHost(header, [])]).toEqual([header, true]);
});

it('knows no other name unless it is listed', () => {
  for (const header of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:8080',
    '',
    '[evil]',
    undefined,
  ])
    expect([header, isAllowedHost(header, [])]).toEqual([header, false]);
  expect(isAllowedHost('Closewatch:4318', ['closewatch'])).toBe(true);
  expect(isAllowedHost('closewatch.evil.example', ['closewatch'])).toBe(false);
});

it('knows every name, and none, where the list has a star; a star inside a name stands for itself', () => {
  expect(['rebound.example', '', undefined].map(header => isAllowedHost(header, ['*']))).toEqual([true, true, true]);
  expect(isAllowedHost('rebound.example', ['*.example'])).toBe(false);
});
