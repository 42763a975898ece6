import { invalidField } from "../../../../kernel/errors.ts";

/** What {{…}} can stand for in the words around a report. */
export const variables = [
  "company_name",
  "dashboard_name",
  "date",
  "recipient_name",
  "recipient_email",
  "sender_name",
] as const;

export type Values = Record<(typeof variables)[number], string>;

const placeholder = /\{\{([^{}]*)\}\}/g;

/** Refuses a text with a placeholder that stands for nothing. */
export function checkPlaceholders(field: string, text: string | undefined): void {
  for (const [, written = ""] of (text ?? "").matchAll(placeholder)) {
    const name = written.trim();
    if (variables.some((known) => known === name)) continue;
    throw invalidField(
      field,
      `{{${name}}} stands for nothing`,
      `Use ${variables.map((known) => `{{${known}}}`).join(", ")}.`,
    );
  }
}

/** The text with its placeholders filled in; `escape` makes each value safe for where the text goes. */
export function fillPlaceholders(text: string, values: Values, escape: (value: string) => string): string {
  return text.replaceAll(placeholder, (whole, name: string) => {
    const known = variables.find((variable) => variable === name.trim());
    return known ? escape(values[known]) : whole;
  });
}
