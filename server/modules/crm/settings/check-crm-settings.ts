import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { isEmail } from "../../../emails.ts";
import { parsePhone } from "../../../phones.ts";
import { checkedDefinitions } from "../fields/check-definitions.ts";
import { hasActiveNumber } from "../../phone/numbers/numbers.store.ts";
import type { CrmSettings } from "./crm-settings.ts";
import type { CrmSettingsChange } from "./crm-settings-record.ts";

const choiceLists = [
  "opportunity_type_options",
  "account_type_options",
  "contact_type_options",
  "transcript_types",
  "transcript_sources",
  "lead_sources",
  "lost_reasons",
  "won_reasons",
  "referral_categories",
] as const;

/** A change of the settings, tidied. Throws a 400 naming the field that does not fit. */
export async function checkedChange(
  ctx: Ctx,
  before: CrmSettings,
  sent: CrmSettingsChange,
): Promise<Partial<CrmSettings>> {
  const change: Partial<CrmSettings> = { ...(sent as Partial<CrmSettings>) };
  for (const name of choiceLists) {
    if (sent[name]) change[name] = distinct(name, sent[name]);
  }
  for (const name of ["form_completion_notify_emails", "automation_error_notify_emails"] as const) {
    if (sent[name]) change[name] = distinct(name, sent[name]).map((text) => emailIn(name, text));
  }
  if (sent.automation_error_notify_phones) {
    change.automation_error_notify_phones = await phones(ctx, sent.automation_error_notify_phones);
  }
  if (sent.custom_fields) {
    change.custom_fields = { ...before.custom_fields, ...checkedDefinitions(sent.custom_fields) };
  }
  if (sent.quick_links) refuseRepeats("quick_links", "id", sent.quick_links);
  if (sent.needs_analysis_config) {
    refuseRepeats("needs_analysis_config.questions", "key", sent.needs_analysis_config.questions);
  }
  return change;
}

/** Trimmed, without empty entries and repetitions; the first spelling stays. */
function distinct(field: string, texts: readonly string[]): string[] {
  const trimmed = texts.map((text) => text.trim());
  const empty = trimmed.indexOf("");
  if (empty >= 0)
    throw invalidField(
      `${field}.${empty}`,
      "may not be empty",
      "Write a word there, or leave it out of the list.",
    );
  return [...new Set(trimmed)];
}

function emailIn(field: string, text: string): string {
  if (!isEmail(text))
    throw invalidField(field, `${text} is not a valid e-mail address`, "Send it like ann@example.com.");
  return text;
}

async function phones(ctx: Ctx, texts: readonly string[]): Promise<string[]> {
  const field = "automation_error_notify_phones";
  const numbers = distinct(field, texts);
  for (const number of numbers) {
    if (parsePhone(number)?.e164 !== number) {
      throw invalidField(field, `${number} is not a number in E.164`, "Write it like +61431377068.");
    }
  }
  if (numbers.length > 0 && !(await hasActiveNumber(ctx))) {
    throw invalidField(
      field,
      "needs an active phone number to text from, and the workspace has none",
      "Add a phone number first, or leave the list empty.",
    );
  }
  return numbers;
}

function refuseRepeats<K extends string>(field: string, key: K, entries: readonly Record<K, string>[]): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (seen.has(entry[key]))
      throw invalidField(`${field}.${index}.${key}`, `${entry[key]} is there twice`, "Send every one once.");
    seen.add(entry[key]);
  }
}
