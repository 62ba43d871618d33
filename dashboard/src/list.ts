/** What every list of the API answers with; `next` is the cursor of the following page, or null. */
export interface List<Item> {
  items: Item[];
  next: string | null;
}

/** A list that is whole. */
export function wholeList<Item>(items: Item[]): List<Item> {
  return { items, next: null };
}
