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
 * An identity as span attributes, from the first source that knows each part. What is no text, or empty, is left out, so a
 * hook in an application without types can't break a span.
 */
export function attributesFromIdentities(...sources: readonly (ClientIdentity | undefined)[]): Attributes {
  const attributes: Attributes = {};
  set(
    attributes,
    ATTR_CLIENT_NAME,
    sources.map(source => source?.name),
  );
  set(
    attributes,
    ATTR_CLIENT_VERSION,
    sources.map(source => source?.version),
  );
  set(
    attributes,
    ATTR_CLIENT_ID,
    sources.map(source => source?.id),
  );
  return attributes;
}

/** The identity that a connection's attributes hold. */
export function identityFromAttributes(attributes: Attributes): ClientIdentity {
  return {
    name: textOf(attributes[ATTR_CLIENT_NAME]),
    version: textOf(attributes[ATTR_CLIENT_VERSION]),
    id: textOf(attributes[ATTR_CLIENT_ID]),
  };
}

function set(attributes: Attributes, name: string, candidates: readonly unknown[]): void {
  const value = candidates.map(textOf).find(text => text !== undefined);
  if (value !== undefined) attributes[name] = value.slice(0, MAX_IDENTITY_CHARACTERS).toWellFormed();
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
