/** A reason to think that records are the same, as the database finds it. */
export type Found = { reason: "email" | "phone" | "name"; shared: string; ids: string[]; members: number };

export type DuplicateGroup = { reasons: Found[]; ids: string[] };

/** Joins what has a record in common into groups; those with most reasons come first. */
export function groupsOf(found: readonly Found[], most: number): DuplicateGroup[] {
  const leaders = new Map<string, string>();
  const leaderOf = (id: string): string => {
    const above = leaders.get(id);
    if (above === undefined || above === id) return id;
    const top = leaderOf(above);
    leaders.set(id, top);
    return top;
  };
  for (const { ids } of found) {
    for (const id of ids) leaders.set(leaderOf(id), leaderOf(ids[0] ?? id));
  }
  const groups = Map.groupBy(found, ({ ids }) => leaderOf(ids[0] ?? ""));
  return [...groups.values()]
    .map((reasons) => ({ reasons, ids: [...new Set(reasons.flatMap(({ ids }) => ids))] }))
    .sort((a, b) => kindsIn(b) - kindsIn(a))
    .slice(0, most);
}

function kindsIn({ reasons }: DuplicateGroup): number {
  return new Set(reasons.map(({ reason }) => reason)).size;
}
