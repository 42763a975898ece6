import { readFileSync } from "node:fs";
import { understand } from "../server/modules/receptionist/understanding/understand.ts";
import { evaluate, type Dialogue } from "../server/modules/receptionist/understanding/evaluation.ts";

const [file, ...flags] = process.argv.slice(2);
if (!file) {
  console.error("usage: node scripts/evaluate.ts <dialogues.json> [--json]");
  process.exit(2);
}

const report = evaluate(JSON.parse(readFileSync(file, "utf8")) as Dialogue[], understand);

if (flags.includes("--json")) console.log(JSON.stringify(report, null, 2));
else {
  const share = (right: number, turns: number): string =>
    `${((100 * right) / Math.max(1, turns)).toFixed(1)} %`.padStart(8);
  console.log(`${report.dialogues} dialogues`);
  console.log(
    `dates    ${report.date_right}/${report.date_turns}${share(report.date_right, report.date_turns)}`,
  );
  console.log(
    `times    ${report.time_right}/${report.time_turns}${share(report.time_right, report.time_turns)}`,
  );
  console.log(
    `bookings ${report.book_right}/${report.book_turns}${share(report.book_right, report.book_turns)}`,
  );
  for (const miss of report.misses)
    console.log(`\n${miss.id} turn ${miss.turn}: ${miss.text}\n  expected ${miss.expected}, got ${miss.got}`);
}
