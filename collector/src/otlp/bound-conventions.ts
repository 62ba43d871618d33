import type { TextInterner } from '../batch/text-interner.ts';
import { COLUMNS, type Column, INGESTED_COLUMNS, PLACE } from '../columns.ts';
import { AttributeFields } from './attribute-fields.ts';
import type { Convention } from './convention.ts';
import { ROLES } from './span-draft.ts';

/** A convention as a decoder uses it, with ids of an interner. */
export interface BoundConvention {
  /** Text id of the emitter's name. */
  emitter: number;
  fields: AttributeFields;
  lastsConnection: boolean;
  /** The place of its role among a role's names, from 1; 0 where it has none. */
  role: number;
}

/** An attribute that some convention asks for; with 0 as the value, whatever value it has. */
interface Condition {
  key: number;
  value: number;
}

/** Most conditions that all conventions together may have: each is a bit of a whole number that JavaScript holds in 32. */
const MAX_CONDITIONS = 31;

/** Finds out by whose conventions an item was written: attributes are shown to it one by one. */
export class BoundConventions {
  readonly #texts: TextInterner;
  readonly #conventions: readonly Convention[];
  readonly #bound: (BoundConvention | undefined)[] = [];
  readonly #conditions: Condition[] = [];
  /** For each convention the conditions that it has, as bits. */
  readonly #needs: readonly number[];
  readonly #keys = new Set<number>();
  #met = 0;

  /** Throws RangeError for more conditions than can be looked for at once. */
  constructor(texts: TextInterner, conventions: readonly Convention[]) {
    this.#texts = texts;
    this.#conventions = conventions;
    this.#needs = conventions.map(({ code, requires = {} }) =>
      Object.entries(requires).reduce((bits, [key, value]) => bits | this.#bitOf(key, value), this.#bitOf(code, '')),
    );
    if (this.#conditions.length > MAX_CONDITIONS) {
      throw new RangeError(
        `expected conventions with at most ${MAX_CONDITIONS} conditions, got ${this.#conditions.length}`,
      );
    }
  }

  /** Forgets what was shown. */
  clear(): void {
    this.#met = 0;
  }

  /** True where some convention asks for this attribute. */
  asksFor(key: number): boolean {
    return this.#keys.has(key);
  }

  /** Shows an attribute: ids of its key and of its value, 0 for a value that is no text or a text that is not known. */
  show(key: number, value: number): void {
    for (let index = 0; index < this.#conditions.length; index++) {
      const condition = this.#conditions[index]!;
      if (condition.key === key && (condition.value === 0 || condition.value === value)) this.#met |= 1 << index;
    }
  }

  /** The first convention of which everything was shown; null where there is none. */
  get found(): BoundConvention | null {
    if (this.#met === 0) return null;
    const index = this.#needs.findIndex(needs => (needs & this.#met) === needs);
    if (index < 0) return null;
    this.#bound[index] ??= this.#bind(this.#conventions[index]!);
    return this.#bound[index];
  }

  #bitOf(keyName: string, valueText: string): number {
    const [key, value] = [this.#texts.idOfString(keyName), this.#texts.idOfString(valueText)];
    this.#keys.add(key);
    let index = this.#conditions.findIndex(condition => condition.key === key && condition.value === value);
    if (index < 0) index = this.#conditions.push({ key, value }) - 1;
    return 1 << index;
  }

  #bind({ emitter, code, fields = {}, url, lasts, role }: Convention): BoundConvention {
    const columns = new Map<string, Column>(INGESTED_COLUMNS);
    columns.set(code, COLUMNS[PLACE.code]!);
    for (const [attribute, field] of Object.entries(fields)) columns.set(attribute, COLUMNS[PLACE[field]]!);
    return {
      emitter: this.#texts.idOfString(emitter),
      fields: new AttributeFields(this.#texts, columns, url),
      lastsConnection: lasts === 'connection',
      role: role === undefined ? 0 : ROLES[role],
    };
  }
}
