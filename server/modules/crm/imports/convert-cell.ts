/** What stands in a cell, as a value of its field. */
import { parsePhone } from "../../../phones.ts";
import { unguarded } from "../exports/csv.ts";
import { isInstant } from "../fields/custom-values.ts";
import type { ImportField } from "./import-fields.ts";

export type Reading = { country: string; dateOrder: "dmy" | "mdy" };

/** A value, or what is wrong with the text. */
export type Converted = { value: unknown } | { fault: string };

/** Reads a cell that is not empty. */
export function convertCell(field: ImportField, text: string, reading: Reading): Converted {
  const written = unguarded(text);
  switch (field.type) {
    case "number":
    case "money":
      return numberIn(written);
    case "boolean":
      return truth(written);
    case "date": {
      const date = dateIn(written, reading);
      return date ? { value: date } : { fault: "is not a date such as 2026-03-24 or 24/03/2026" };
    }
    case "datetime":
      return instantIn(written, reading);
    case "phone": {
      const phone = parsePhone(written, reading.country);
      return phone ? { value: phone.e164 } : { fault: "is not a valid phone number" };
    }
    case "dropdown": {
      const option = field.options?.find((one) => one.toLowerCase() === written.toLowerCase());
      return option ? { value: option } : { fault: `must be one of ${(field.options ?? []).join(", ")}` };
    }
    case "tags":
    case "array":
      return {
        value: written
          .split(/[,;]/)
          .map((one) => one.trim())
          .filter((one) => one !== ""),
      };
    case "url":
      return { value: /^https?:/i.test(written) ? written : `https://${written}` };
    default:
      return { value: written };
  }
}

// 1,234.50 and 1.234,50 and £ 1 234.50: what comes last separates the decimals, unless three digits follow it alone.
function numberIn(text: string): Converted {
  const digits = text.replaceAll(/[\s\u00A0'\p{Sc}]|^[A-Z]{3}|[A-Z]{3}$/gu, "");
  const lastComma = digits.lastIndexOf(",");
  const decimalComma =
    lastComma > digits.lastIndexOf(".") && (digits.includes(".") || !/,\d{3}$/.test(digits));
  const plain = decimalComma ? digits.replaceAll(".", "").replace(",", ".") : digits.replaceAll(",", "");
  const value = /^[+-]?(\d+(?:\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? { value } : { fault: "is not a number" };
}

const yes = new Set(["true", "yes", "y", "1", "x", "on"]);
const no = new Set(["false", "no", "n", "0", "off"]);

function truth(text: string): Converted {
  const word = text.toLowerCase();
  if (yes.has(word)) return { value: true };
  return no.has(word) ? { value: false } : { fault: "is not yes or no" };
}

/** YYYY-MM-DD out of the ways people write a day; undefined for what is none. */
function dateIn(text: string, { dateOrder }: Reading): string | undefined {
  const day = text.replace(/[T ]\d{1,2}:\d{2}.*/s, "");
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(day);
  const local = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/.exec(day);
  const [year, month, date] = iso
    ? [iso[1], iso[2], iso[3]]
    : dateOrder === "mdy"
      ? [local?.[3], local?.[1], local?.[2]]
      : [local?.[3], local?.[2], local?.[1]];
  if (!year || !month || !date) return undefined;
  const written = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  return isInstant(written) && !written.startsWith("0000") ? written : undefined;
}

function instantIn(text: string, reading: Reading): Converted {
  const joined = text.replace(" ", "T");
  if (isInstant(joined) && !joined.startsWith("0000")) return { value: joined };
  const date = dateIn(text, reading);
  const time = /[T ](\d{1,2}):(\d{2})/.exec(text);
  if (!date) return { fault: "is not a date and time such as 2026-03-24 09:30" };
  if (!time) return { value: date };
  const moment = `${date}T${(time[1] ?? "").padStart(2, "0")}:${time[2]}`;
  return isInstant(moment) ? { value: moment } : { fault: "is not a date and time such as 2026-03-24 09:30" };
}
