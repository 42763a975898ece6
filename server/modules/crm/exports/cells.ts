import type { Display } from "./export-plan.ts";

/** What a cell holds: dates as YYYY-MM-DD, wall clock times as YYYY-MM-DD HH:MM:SS. */
export type Value = string | number | boolean | null;

/** A value as the database answers it, as a cell of this kind holds it. What does not fit the kind stays text. */
export function plainValue(display: Display, value: unknown): Value {
  if (value === null || value === undefined || value === "") return null;
  switch (display) {
    case "number":
    case "currency":
      return Number.isFinite(Number(value)) ? Number(value) : asText(value);
    case "boolean":
      if (typeof value === "boolean") return value;
      return value === "true" || value === "false" ? value === "true" : asText(value);
    case "date":
      return asText(value).slice(0, 10);
    default:
      return asText(value);
  }
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(nameOf).join(", ");
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

// A tag is {name, color}; elsewhere lists hold texts.
function nameOf(one: unknown): string {
  if (typeof one === "object" && one !== null && "name" in one) return String(one.name);
  return typeof one === "string" ? one : JSON.stringify(one);
}

/** A cell as people read it in text. */
export function textOf(value: Value): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  return String(value);
}
