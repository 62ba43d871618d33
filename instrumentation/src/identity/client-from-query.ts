import type { ClientIdentity } from './client-identity.ts';

/** Which query parameters say who connects. A parameter that is not named here is not read. */
export interface ClientQueryParameters {
  name?: string;
  version?: string;
  id?: string;
}

/** The identity in the allowed parameters of a URL: what is not there stays undefined. */
export function clientFromQuery(url: URL, allowed: ClientQueryParameters): ClientIdentity {
  const read = (parameter: string | undefined): string | undefined =>
    parameter === undefined ? undefined : (url.searchParams.get(parameter) ?? undefined);
  return { name: read(allowed.name), version: read(allowed.version), id: read(allowed.id) };
}
