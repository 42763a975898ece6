import { invalidField } from "../../../kernel/errors.ts";
import type { CustomField } from "./custom-field.ts";

const most = { text: 2_000, textarea: 50_000, url: 2_000 } as const;

const isText = (value: unknown, length: number) => typeof value === "string" && value.length <= length;

/** What is wrong with a value of a custom field, or undefined. Empty values are never wrong. */
export function faultOf(field: CustomField, value: unknown): string | undefined {
  switch (field.type) {
    case "text":
    case "textarea":
      return isText(value, most[field.type])
        ? undefined
        : `must be a text of at most ${most[field.type]} characters`;
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "must be a number";
    case "datetime":
      return isInstant(value)
        ? undefined
        : "must be an ISO 8601 date or instant, such as 2026-04-01T09:30:00Z";
    case "checkbox":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "dropdown":
      return field.options?.includes(value as string)
        ? undefined
        : `must be one of ${(field.options ?? []).join(", ")}`;
    case "url":
      return isWebAddress(value) ? undefined : "must be a web address: https://…";
  }
}

/** Refuses a value that does not fit its custom field, naming it under metadata. */
export function checkCustomValue(field: CustomField, value: unknown): void {
  const fault = faultOf(field, value);
  if (fault) throw invalidField(`metadata.${field.id}`, fault);
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
