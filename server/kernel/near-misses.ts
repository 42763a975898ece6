/** What somebody probably meant by a name that is not known. */

/**
 * Returns the known name that is nearest to a written one: the same letters in another case or with other separators, else at most
 * two slips away. Undefined for what is near none, and for names told apart by their numbers alone: line2 is no slip for line1.
 */
export function nearMiss(written: string, known: Iterable<string>): string | undefined {
  const wanted = lettersOf(written);
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const letters = lettersOf(name);
    if (letters === wanted && letters !== "") return name;
    const shorter = Math.min(wanted.length, letters.length);
    if (shorter < shortest || sameButForNumbers(wanted, letters)) continue;
    const most = shorter < shortestForTwo ? 1 : 2;
    const distance = editDistance(wanted, letters);
    if (distance <= most && distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  return best?.name;
}

// Of short names almost any other is a letter or two away.
const shortest = 3;
const shortestForTwo = 5;

function sameButForNumbers(a: string, b: string): boolean {
  return a.replaceAll(/\d+/g, "") === b.replaceAll(/\d+/g, "");
}

function lettersOf(name: string): string {
  return name
    .slice(0, 100)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

/**
 * Returns how many slips make one text of another: a letter put in, left out or changed, or two beside each other swapped. 6 when the
 * lengths differ by more than 5.
 */
export function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 5) return 6;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(change, swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
