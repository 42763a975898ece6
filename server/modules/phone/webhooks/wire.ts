/** What the edge's telephony operations share: field types, times, and the XML answer that rides on an output. */
import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { parsePhone } from "../../../phones.ts";

export const phoneNumberInput = (description: string) => Type.String({ maxLength: 64, description });

export const providerIdInput = (description: string) =>
  Type.String({ minLength: 1, maxLength: 128, description });

export const timestampInput = Type.String({
  maxLength: 64,
  description: "When it happened at the provider, ISO 8601.",
});

/** The form as posted, present when the caller posted a form; it is kept as evidence. */
export const formInput = Type.Optional(
  Type.Record(Type.String(), Type.String(), {
    description: "Set when a form is posted; not for JSON callers.",
  }),
);

export type Form = Record<string, string>;

export const OkBody = Type.Object({ ok: Type.Literal(true) });

const xml = Symbol("xml");

/** The success body, carrying the XML that callers who posted a form get instead. */
export function ok(document: string): { ok: true } {
  return Object.assign({ ok: true as const }, { [xml]: document });
}

export function xmlOf(output: unknown): string {
  return (output as { [xml]?: string })[xml] ?? '<?xml version="1.0" encoding="UTF-8"?><Response/>';
}

const e164Form = /^\+[1-9]\d{5,14}$/;

/** Whether a caller can be rung or texted back: withheld numbers, short codes and what no country's numbers look like cannot. */
export function isReachable(from: string): boolean {
  return e164Form.test(from) && !anonymous.has(from) && parsePhone(from) !== undefined;
}

// What carriers send for a withheld number: "ANONYMOUS", "RESTRICTED", "UNKNOWN", "UNAVAILABLE" and "PRIVATE" in digits.
const anonymous = new Set(["+266696687", "+7378742833", "+8656696", "+86282452253", "+464"]);

/** JSON callers send E.164; forms carry whatever the carrier knows, which is not the caller's mistake. */
export function checkNumbers(input: { toE164: string; fromE164: string; form?: Form }): void {
  if (input.form) return;
  for (const field of ["toE164", "fromE164"] as const) {
    if (!e164Form.test(input[field])) {
      throw invalidField(field, "is not an E.164 number", `Send ${field} such as +13105551234.`);
    }
  }
}

/** The provider's time of a report; a form without one has none, JSON with a wrong one is refused. */
export function providerTime(timestamp: string, form: Form | undefined): Date | null {
  const at = new Date(timestamp);
  if (!Number.isNaN(at.getTime())) return at;
  if (form) return null;
  throw invalidField(
    "timestamp",
    "is not an ISO 8601 instant",
    "Send timestamp such as 2026-03-02T09:00:00Z.",
  );
}
