import type { Attributes } from '@opentelemetry/api';
import { ATTR_CLIENT_ID, ATTR_CLIENT_NAME, ATTR_CLIENT_VERSION } from '../attributes.ts';

/** Who connects: an application's name, its version, and a stable pseudonymous id of the installation or user. */
export interface ClientIdentity {
  name?: string | undefined;
  version?: string | undefined;
  id?: string | undefined;
}

/** Headers may be 16 kB long, and every span of a connection carries these: what is longer is no name, and is cut. */
const MAX_IDENTITY_CHARACTERS = 256;

/**
 * Sets an identity as span attributes, from the first source that knows each part. What is no text, or empty, is left out, so a
 * hook in an application without types can't break a span. What no source knows stays as it was.
 */
export function setIdentity(attributes: Attributes, ...sources: readonly (ClientIdentity | undefined)[]): void {
  set(attributes, ATTR_CLIENT_NAME, 'name', sources);
  set(attributes, ATTR_CLIENT_VERSION, 'version', sources);
  set(attributes, ATTR_CLIENT_ID, 'id', sources);
}

/** The identity that a connection's attributes hold. */
export function identityFromAttributes(attributes: Attributes): ClientIdentity {
  return {
    name: textOf(attributes[ATTR_CLIENT_NAME]),
    version: textOf(attributes[ATTR_CLIENT_VERSION]),
    id: textOf(attributes[ATTR_CLIENT_ID]),
  };
}

function set(
  attributes: Attributes,
  name: string,
  part: keyof ClientIdentity,
  sources: readonly (ClientIdentity | undefined)[],
): void {
  for (const source of sources) {
    const value = textOf(source?.[part]);
    if (value === undefined) continue;
    attributes[name] = value.slice(0, MAX_IDENTITY_CHARACTERS).toWellFormed();
    return;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
