import type { TextInterner } from '../batch/text-interner.ts';
import type { Column } from '../columns.ts';

/** A column as an attribute fills it, with the texts that concern it by their ids in an interner. */
export interface AttributeField {
  /** The attribute's name, to count by. */
  key: string;
  /** The column's place in COLUMNS. */
  place: number;
  storage: Column['type']['storage'];
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

  constructor(texts: TextInterner, columns: ReadonlyMap<string, Column>) {
    this.#texts = texts;
    for (const [key, { index, type }] of columns) {
      const nameIds = (type.names ?? []).map(name => texts.idOfString(name));
      const field = { key, place: index, storage: type.storage, numbers: type.numbers, nameIds };
      this.#byName.set(key, field);
      this.#byId[texts.idOfString(key)] = field;
    }
  }

  ofKey(view: DataView, start: number, end: number): AttributeField | undefined {
    return this.#byId[this.#texts.find(view, start, end)];
  }

  ofName(key: string): AttributeField | undefined {
    return this.#byName.get(key);
  }
}
