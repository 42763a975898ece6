import { ranksBetween } from "../rank.ts";
import type { Task } from "./task.ts";

type Ranked = Pick<Task, "id" | "rank">;

/**
 * The ranks of `tasks` once they stand in the order of `ids`: they share out the ranks they have among themselves, so that
 * every task that is not named stays where it is. Ranks that several of them have are parted; `after` tells the first rank
 * in use after another. Answers only what changes.
 */
export async function ranksInOrder(
  tasks: readonly Ranked[],
  ids: readonly string[],
  after: (rank: string) => Promise<string | null>,
): Promise<Map<string, string>> {
  const now = new Map(tasks.map((task) => [task.id, task.rank]));
  const shared: string[] = [];
  const runs = Map.groupBy([...now.values()].sort(), (rank) => rank);
  for (const [rank, run] of runs) {
    shared.push(rank);
    if (run.length > 1) shared.push(...ranksBetween(rank, await after(rank), run.length - 1));
  }
  const changed = ids.map((id, place) => [id, shared[place] as string] as const);
  return new Map(changed.filter(([id, rank]) => now.get(id) !== rank));
}
