/** What stands between alternatives of which the first is the wish: "Monday or Tuesday", "today, otherwise Friday". */
const ALTERNATIVE =
  /^(?:[\s,·]*(?:or|\/|and|&|,)(?: (?:else|even|maybe|on|at|the))*[\s·]*|(?![^]*\b(?:actually|no|wait|rather|instead|sorry|mean|make)\b)[^.!?;]{0,30}\b(?:or|otherwise|failing that|if not)\b[^.!?;]{0,16})$/;

/** Which mention counts: the last that is not ruled out; of "Monday or Tuesday" the first; a day before a span. */
export function preferred<Mention extends { start: number; end: number; negated: boolean }>(
  mentions: Mention[],
  text: string,
): Mention | undefined {
  const open = mentions.filter(({ negated }) => !negated);
  let index = open.length - 1;
  while (index > 0) {
    const [earlier, last] = [open[index - 1], open[index]];
    if (!earlier || !last || !ALTERNATIVE.test(text.slice(earlier.end, last.start))) break;
    index -= 1;
  }
  return open[index];
}
