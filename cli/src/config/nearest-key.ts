/**
 * The known key that a mistyped one was most likely meant to be: smallest edit distance (Levenshtein), at most a third of
 * its length away, or undefined.
 *
 * @example nearestKey('prot', ['host', 'port']) // 'port'
 */
export function nearestKey(got: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map(key => ({ key, distance: editDistance(got, key) }))
    .filter(({ key, distance }) => distance <= Math.max(2, Math.ceil(key.length / 3)))
    .sort((a, b) => a.distance - b.distance || a.key.localeCompare(b.key));
  return ranked[0]?.key;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
