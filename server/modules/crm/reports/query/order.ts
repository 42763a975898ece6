import { invalidField } from "../../../../kernel/errors.ts";
import { unknown } from "./known-fields.ts";
import type { Column, Measure } from "./plan.ts";
import type { Field, Source } from "./source.ts";
import type { OrderSpec, QuerySpec } from "./spec.ts";

/** What to sort by: a column by its name, or a field that is not shown. */
export type Order = { by: { name: string } | { field: Field }; descending: boolean };

type Selected = { mode: "aggregate" | "drilldown"; columns: Column[]; measures: Measure[] };

/** The sort keys of a question, or the usual ones: time forward, else the largest measure first, else the newest row. */
export function readOrder(source: Source, spec: QuerySpec, selected: Selected, at: string): Order[] {
  if (spec.order_by !== undefined && spec.sort !== undefined) {
    throw invalidField(`${at}sort`, "is another name of order_by; both were sent", "Send one of them.");
  }
  const path = `${at}${spec.sort === undefined ? "order_by" : "sort"}`;
  const sent = spec.order_by ?? spec.sort ?? [];
  const keys = Array.isArray(sent) ? sent : [sent];
  if (keys.length === 0) return usualOrder(selected);
  return keys.map((key, index) => {
    const place = Array.isArray(sent) ? `${path}.${index}.field` : `${path}.field`;
    return { by: orderedBy(source, key, selected, place), descending: key.direction === "desc" };
  });
}

function orderedBy(
  source: Source,
  { field: name }: OrderSpec,
  selected: Selected,
  path: string,
): Order["by"] {
  const field = source.fields.find((one) => one.name === name);
  if (field?.virtual) {
    throw invalidField(
      path,
      `${name} is virtual: it can be shown, but neither filtered nor sorted by`,
      "Leave it out here.",
    );
  }
  const columns = [...selected.columns, ...selected.measures];
  if (columns.some((column) => column.name === name)) return { name };
  const measured = selected.measures.filter((measure) => measure.field.name === name);
  if (measured[0] && measured.length === 1) return { name: measured[0].name };
  if (field && selected.mode === "drilldown") return { field };
  const known = selected.mode === "drilldown" ? source.fields.filter((one) => !one.virtual) : columns;
  if (field) {
    throw invalidField(path, `${name} is not a column of this answer`, `Use one of ${namesOf(known)}.`);
  }
  throw unknown(path, name, "column", known);
}

function usualOrder({ mode, columns, measures }: Selected): Order[] {
  const time = columns.find((column) => column.granularity);
  if (time) return [{ by: { name: time.name }, descending: false }];
  const first = mode === "aggregate" ? measures[0] : undefined;
  return first ? [{ by: { name: first.name }, descending: true }] : [];
}

function namesOf(fields: readonly { name: string }[]): string {
  return fields.map((field) => field.name).join(", ");
}
