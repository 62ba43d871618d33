import { type EventBatch, PLACE } from '@closewatch/collector';
import type { AnalyzedEvent } from './analyzed-event.ts';

/** What many rows say alike: which service, which of its processes, which client application. */
export interface RowIdentity {
  service: string;
  environment: string | null;
  serviceVersion: string | null;
  instance: string | null;
  region: string | null;
  urlTemplate: string | null;
  urlPath: string | null;
  subprotocol: string | null;
  clientName: string | null;
  clientVersion: string | null;
}

/** Before the first row. */
export const NOBODY: RowIdentity = {
  service: '',
  environment: null,
  serviceVersion: null,
  instance: null,
  region: null,
  urlTemplate: null,
  urlPath: null,
  subprotocol: null,
  clientName: null,
  clientVersion: null,
};

const FIELDS = [
  'service',
  'environment',
  'serviceVersion',
  'instance',
  'region',
  'urlTemplate',
  'urlPath',
  'subprotocol',
  'clientName',
  'clientVersion',
] as const satisfies readonly (keyof RowIdentity)[];
const PLACES = FIELDS.map(field => PLACE[field]);
const WORDS = FIELDS.length;
/** Identities remembered, the newer one wins: a fleet of 100 processes with 100 kinds of clients fits. A power of two. */
const SLOTS = 1 << 15;

/** Gives rows that say the same one object where it remembers it, so that memory holds few of them. */
export class RowIdentities {
  /** The ids of the texts of each slot, of one interner. */
  readonly #ids = new Uint32Array(SLOTS * WORDS);
  readonly #identities: (RowIdentity | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #key = new Uint32Array(WORDS);
  #texts: EventBatch['texts'] | null = null;
  /** The last one that came as an event. */
  #last: RowIdentity | null = null;

  ofRow({ columns, texts }: EventBatch, row: number): RowIdentity {
    if (texts !== this.#texts) this.#begin(texts);
    const key = this.#key;
    let hash = 0;
    for (let word = 0; word < WORDS; word++) {
      const id = columns[PLACES[word]!]!.texts[row]!;
      key[word] = id;
      hash = Math.imul(hash ^ id, 0x9e37_79b1);
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    if (this.#isAt(slot)) return this.#identities[slot]!;
    // Two that share a slot would take it from one another at every row: the second one has the slot beside it.
    const other = slot ^ 1;
    if (this.#isAt(other)) return this.#identities[other]!;
    const free = this.#identities[slot] === undefined ? slot : other;
    this.#ids.set(key, free * WORDS);
    const identity = identityOf(texts, key);
    this.#identities[free] = identity;
    return identity;
  }

  ofEvent(event: AnalyzedEvent): RowIdentity {
    const last = this.#last;
    if (last !== null && FIELDS.every(field => last[field] === event[field])) return last;
    const { service, environment, serviceVersion, instance, region } = event;
    const { urlTemplate, urlPath, subprotocol, clientName, clientVersion } = event;
    const whose = { urlTemplate, urlPath, subprotocol, clientName, clientVersion };
    this.#last = { service, environment, serviceVersion, instance, region, ...whose };
    return this.#last;
  }

  #begin(texts: EventBatch['texts']): void {
    this.#texts = texts;
    this.#identities.fill(undefined);
  }

  #isAt(slot: number): boolean {
    if (this.#identities[slot] === undefined) return false;
    for (let word = 0; word < WORDS; word++) if (this.#ids[slot * WORDS + word] !== this.#key[word]) return false;
    return true;
  }
}

function identityOf(texts: EventBatch['texts'], ids: Uint32Array): RowIdentity {
  const textOf = (id: number) => (id === 0 ? null : texts.textOf(id));
  return {
    service: texts.textOf(ids[0]!),
    environment: textOf(ids[1]!),
    serviceVersion: textOf(ids[2]!),
    instance: textOf(ids[3]!),
    region: textOf(ids[4]!),
    urlTemplate: textOf(ids[5]!),
    urlPath: textOf(ids[6]!),
    subprotocol: textOf(ids[7]!),
    clientName: textOf(ids[8]!),
    clientVersion: textOf(ids[9]!),
  };
}
