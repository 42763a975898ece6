const LEXICON = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
  "january",
  "february",
  "august",
  "september",
  "october",
  "november",
  "december",
  "tomorrow",
  "tonight",
  "morning",
  "afternoon",
  "evening",
  "weekend",
  "quarter",
  "appointment",
  "availability",
  "available",
  "reschedule",
  "schedule",
  "emergency",
];

/** True when `a` and `b` are at most `limit` edits apart (insert, delete, replace, swap of neighbours). */
export function withinEdits(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return (last[b.length] ?? 0) <= limit;
}

/** Repairs small slips of the keyboard in the words the date, time and intent grammars depend on. */
export function repairSpelling(text: string): string {
  return text.replace(/[a-z]{5,14}/g, (word) => {
    if (LEXICON.includes(word)) return word;
    for (const known of LEXICON) {
      if (known[0] !== word[0]) continue;
      if (word === `${known}s`) return word;
      const limit = known.length >= 8 ? 2 : 1;
      if (word.length >= known.length - limit && withinEdits(word, known, limit)) return known;
    }
    return word;
  });
}
