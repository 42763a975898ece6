/**
 * Cursors of lists belong to the list and the filters they were given out with: sent with others, they would answer something
 * else without a word. The pipeline marks them on their way out and checks them on their way in, for every list alike.
 */
import { createHash } from "node:crypto";
import { invalidField } from "./errors.ts";
import type { AnyOperation } from "./operation.ts";
import type { Page } from "./pagination.ts";

type Input = Record<string, unknown>;

/** What may differ between two pages of one list. */
const paging = new Set(["limit", "cursor", "after", "fields", "expand"]);
const markForm = /^[\w-]+\.[0-9a-f]{12}$/;

/** Takes the marks off the cursors of a call; a 400 for a cursor of another list or of other filters. */
export function openCursors(operation: AnyOperation, input: Input): Input {
  if (operation.shape !== "list") return input;
  const opened = { ...input };
  for (const name of ["cursor", "after"]) {
    const sent = input[name];
    if (typeof sent !== "string" || !markForm.test(sent)) continue;
    const dot = sent.lastIndexOf(".");
    if (sent.slice(dot + 1) !== markOf(operation, input)) {
      throw invalidField(
        name,
        "is a cursor of another list, or of other filters",
        `Leave ${name} out to begin, and then send next_cursor with the same filters.`,
      );
    }
    opened[name] = sent.slice(0, dot);
  }
  return opened;
}

/** Marks the cursors of an answer with what they belong to. */
export function markCursors(operation: AnyOperation, input: Input, output: unknown): unknown {
  if (operation.shape !== "list") return output;
  const page = output as Page<unknown>;
  const mark = `.${markOf(operation, input)}`;
  const marked = (cursor: string | null) => (typeof cursor === "string" ? cursor + mark : cursor);
  return { ...page, nextCursor: marked(page.nextCursor), prevCursor: marked(page.prevCursor) };
}

function markOf(operation: AnyOperation, input: Input): string {
  const filters = Object.entries(input)
    .filter(([name, value]) => !paging.has(name) && value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([operation.surface.name, operation.name, filters]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
