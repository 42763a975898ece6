/**
 * A process of its own that reads one file to its end. The rows go to disk, in batches as the database will take them; what is said back
 * is small. Whatever a file makes it do, the program goes on beside it. A thread would not do: a heap that overflows in one step
 * ends the whole process, whatever limits the thread was given.
 */
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { StagedRow } from "../import-record.ts";
import { Unreadable } from "./limits.ts";
import { readTable } from "./read-table.ts";
import type { ReadFile, ReaderAnswer, ReaderTask } from "./read-file.ts";

const batchRows = 500;
const batchCharacters = 500_000;
const sampledRows = 100;
const mostSamples = 3;
const sampleCharacters = 100;

async function read({ from, to }: ReaderTask): Promise<ReadFile> {
  const out = createWriteStream(to, { mode: 0o600 });
  const result: ReadFile = { titles: [], samples: [], rows: 0, batches: [] };
  let batch: string[] = [];
  let characters = 0;
  const putAway = async () => {
    const bytes = Buffer.from(`[${batch.join(",")}]`);
    result.batches.push(bytes.length);
    batch = [];
    characters = 0;
    if (!out.write(bytes)) await once(out, "drain");
  };
  let hasTitles = false;
  for await (const { number, cells } of readTable(from)) {
    if (!hasTitles) {
      hasTitles = true;
      result.titles = cells;
      result.samples = cells.map(() => []);
      continue;
    }
    const kept = cells.slice(0, result.titles.length);
    result.rows += 1;
    if (result.rows <= sampledRows) sample(result.samples, kept);
    const row = JSON.stringify([number, ...kept] satisfies StagedRow);
    batch.push(row);
    characters += row.length;
    if (batch.length === batchRows || characters >= batchCharacters) await putAway();
  }
  if (!hasTitles) {
    throw new Unreadable("is empty", "Send a file with a row of titles and the rows under it.");
  }
  if (result.rows === 0) throw new Unreadable("has no rows under its titles");
  if (batch.length > 0) await putAway();
  out.end();
  await once(out, "finish");
  return result;
}

function sample(samples: string[][], cells: readonly string[]): void {
  for (const [index, cell] of cells.entries()) {
    const shown = cell.slice(0, sampleCharacters).toWellFormed();
    const known = samples[index] ?? [];
    if (shown && known.length < mostSamples && !known.includes(shown)) known.push(shown);
  }
}

function answerOf(error: unknown): ReaderAnswer {
  if (error instanceof Unreadable) return { refused: { message: error.message, fix: error.fix } };
  throw error;
}

// Without anybody to tell there is nothing left to do.
process.once("disconnect", () => process.exit(1));
const [from = "", to = ""] = process.argv.slice(2);
const answer = await read({ from, to }).then((result): ReaderAnswer => ({ result }), answerOf);
process.send?.(answer, () => process.disconnect());
