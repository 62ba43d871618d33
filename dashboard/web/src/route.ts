import { signal } from '@preact/signals';

/** The pages, by the part of the address after the #. */
export type Route =
  | { page: 'overview' }
  | { page: 'verdicts' }
  | { page: 'verdict'; id: string }
  | { page: 'codes' }
  | { page: 'unknown'; hash: string };

/** Reads an address's hash, such as "#/verdicts/abc". */
export function routeFromHash(hash: string): Route {
  const path = hash.replace(/^#\/?/, '');
  if (path === '' || path === 'main') return { page: 'overview' };
  if (path === 'verdicts') return { page: 'verdicts' };
  if (path === 'codes') return { page: 'codes' };
  const id = /^verdicts\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? { page: 'unknown', hash } : { page: 'verdict', id: decoded(id) };
}

/** The address of a verdict's page. */
export function verdictHref(id: string): string {
  return `#/verdicts/${encodeURIComponent(id)}`;
}

/** The page that is shown. */
export const route = signal<Route>({ page: 'overview' });

/** Follows the address. */
export function followAddress(): void {
  const read = () => {
    route.value = routeFromHash(location.hash);
  };
  addEventListener('hashchange', read);
  read();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
