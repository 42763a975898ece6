import { invalidField } from "../../../kernel/errors.ts";
import { nearMiss } from "../../../kernel/near-misses.ts";
import type { CustomField } from "./custom-field.ts";

const most = { text: 2_000, textarea: 50_000, url: 2_000 } as const;

const isText = (value: unknown, length: number) => typeof value === "string" && value.length <= length;

export type Fault = { message: string; fix: string };

/** What is wrong with a value of a custom field, and what would be right; undefined when it fits. Empty values are never wrong. */
export function faultOf(field: CustomField, value: unknown): Fault | undefined {
  switch (field.type) {
    case "text":
    case "textarea": {
      const fix = "Send it in double quotes, or shortened.";
      const message = `must be a text of at most ${most[field.type]} characters`;
      return isText(value, most[field.type]) ? undefined : { message, fix };
    }
    case "number":
      if (typeof value === "number" && Number.isFinite(value)) return undefined;
      return { message: "must be a number", fix: "Write it in digits without quotes, such as 12.5." };
    case "datetime":
      if (isInstant(value)) return undefined;
      return { message: "is no ISO 8601 date or instant", fix: "Send it like 2026-04-01T09:30:00Z." };
    case "checkbox":
      if (typeof value === "boolean") return undefined;
      return { message: "must be true or false", fix: "Send true or false without quotes." };
    case "dropdown":
      return field.options?.includes(value as string) ? undefined : noOption(field.options ?? [], value);
    case "url":
      if (isWebAddress(value)) return undefined;
      return { message: "is no web address", fix: "Send it whole, such as https://example.com." };
  }
}

function noOption(options: readonly string[], value: unknown): Fault {
  const near = typeof value === "string" ? nearMiss(value, options) : undefined;
  const guess = near === undefined ? "" : `Did you mean ${near}? `;
  return { message: "is none of the options", fix: `${guess}Send one of ${options.join(", ")}.` };
}

/** Refuses a value that does not fit its custom field, naming it under metadata. */
export function checkCustomValue(field: CustomField, value: unknown): void {
  const fault = faultOf(field, value);
  if (fault) throw invalidField(`metadata.${field.id}`, fault.message, fault.fix);
}

/** A whole http or https address. */
export function isWebAddress(value: unknown): value is string {
  if (!isText(value, most.url) || !URL.canParse(value as string)) return false;
  return /^https?:$/.test(new URL(value as string).protocol);
}

const isoForm = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A date of the calendar, with or without a time and an offset. */
export function isInstant(value: unknown): value is string {
  if (typeof value !== "string" || !isoForm.test(value)) return false;
  const day = value.slice(0, 10);
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day) return false;
  return !Number.isNaN(Date.parse(value.replace(" ", "T")));
}
