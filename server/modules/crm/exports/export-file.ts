import { Temporal } from "temporal-polyfill";
import { mustHaveScopes } from "../../../kernel/admit.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { FileAnswer } from "../../../kernel/operation.ts";
import { csvFile } from "./csv.ts";
import type { ExportPlan, PlannedColumn } from "./export-plan.ts";
import { headersOf, readRows, selectRecords } from "./export-rows.ts";
import type { Reader } from "./export-rows.ts";
import type { ExportOutput } from "./export-template.ts";
import { readScopes } from "./roots.ts";
import type { RootEntity } from "./roots.ts";
import { xlsxFile } from "./xlsx.ts";

export const fileTypes = {
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  csv: "text/csv; charset=utf-8",
} as const;

/** Media types of an export, for the definition of its operation. */
export const exportedTypes = [fileTypes.xlsx, "text/csv"];

/** Refuses a key that may not read this kind of record, whatever it may do with exports. */
export function mustReadRoot(ctx: Ctx, root: RootEntity): void {
  mustHaveScopes(ctx.actor, [readScopes[root]]);
}

/** A plan without the columns the caller may not read, and their titles. */
export function withoutHidden(ctx: Ctx, plan: ExportPlan): { plan: ExportPlan; hidden: string[] } {
  const { scopes: has } = ctx.actor;
  const isShown = ({ scopes }: PlannedColumn) => !has || scopes.every((scope) => has.has(scope));
  return {
    plan: { ...plan, columns: plan.columns.filter(isShown) },
    hidden: plan.columns.filter((column) => !isShown(column)).map(({ header }) => header.title),
  };
}

/**
 * An export as a download. Its rows are counted before the first byte (X-Row-Count; X-Truncated is 1 when there were more than
 * `most`) and read while it is sent.
 */
export async function exportFile(
  ctx: Ctx,
  plan: ExportPlan,
  {
    most,
    name,
    output,
    headers,
  }: { most: number; name: string; output: ExportOutput; headers?: Record<string, string> },
): Promise<FileAnswer> {
  const { format = "xlsx", bom = true, filename_template: template } = output;
  const selection = await selectRecords(ctx, plan, most);
  const titles = headersOf(plan);
  const { app, workspaceId } = ctx;
  const read: Reader = (statement) => app.database.read(workspaceId, (db) => db.raw(statement));
  const rows = readRows(read, workspaceId, plan, selection);
  return {
    filename: filenameOf(template ?? "{name} {YYYY-MM-DD}", name, format, today(ctx.now, plan.zone)),
    contentType: fileTypes[format],
    headers: {
      "x-row-count": String(selection.rows),
      "x-truncated": selection.truncated ? "1" : "0",
      ...headers,
    },
    body: format === "csv" ? csvFile(titles, rows, bom) : xlsxFile(titles, rows),
  };
}

function today(now: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString();
}

/** A name any file system takes, with the ending of its format. */
export function filenameOf(template: string, name: string, format: string, date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  const tokens: Record<string, string> = { name, YYYY: year, MM: month, DD: day, "YYYY-MM-DD": date };
  const filled = template.replaceAll(
    /\{(name|YYYY-MM-DD|YYYY|MM|DD)\}/g,
    (_, token: string) => tokens[token] ?? "",
  );
  const safe = filled

    .replaceAll(/[\u0000-\u001F\u007F<>:"/\\|?*\uD800-\uDFFF]+/g, "-")
    .replace(/^[\s.]+|(?<![\s.])[\s.]+$/g, "")
    .slice(0, 150);
  const ending = `.${format}`;
  return safe.toLowerCase().endsWith(ending) ? safe : `${safe || "export"}${ending}`;
}
