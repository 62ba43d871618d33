import type { TextInterner } from '../batch/text-interner.ts';
import { type Column, PLACE } from '../columns.ts';

/** A column as an attribute fills it, with the texts that concern it by their ids in an interner. */
export interface AttributeField {
  /** The attribute's name, to count by. */
  key: string;
  /** The column's place in COLUMNS. */
  place: number;
  /** How the column holds it; `url` for an attribute that fills several, see url-parts.ts. */
  storage: Column['type']['storage'] | 'url';
  numbers: Column['type']['numbers'];
  /** Ids of a choice's names, in their order. */
  nameIds: readonly number[];
}

/** Finds the column of an attribute by its key: as bytes through the id that they have in the interner, without a string. */
export class AttributeFields {
  readonly #texts: TextInterner;
  readonly #byName = new Map<string, AttributeField>();
  /** By the id of the key. Keys are interned first, so their ids are small. */
  readonly #byId: (AttributeField | undefined)[] = [];

  /** `url` is the name of an attribute with a whole URL, where there is one. */
  constructor(texts: TextInterner, columns: ReadonlyMap<string, Column>, url?: string) {
    this.#texts = texts;
    for (const [key, { index, type }] of columns) {
      const nameIds = (type.names ?? []).map(name => texts.idOfString(name));
      this.#add({ key, place: index, storage: type.storage, numbers: type.numbers, nameIds });
    }
    if (url !== undefined)
      this.#add({ key: url, place: PLACE.urlPath, storage: 'url', numbers: undefined, nameIds: [] });
  }

  #add(field: AttributeField): void {
    this.#byName.set(field.key, field);
    this.#byId[this.#texts.idOfString(field.key)] = field;
  }

  ofKey(view: DataView, start: number, end: number): AttributeField | undefined {
    return this.#byId[this.#texts.find(view, start, end)];
  }

  ofName(key: string): AttributeField | undefined {
    return this.#byName.get(key);
  }
}
