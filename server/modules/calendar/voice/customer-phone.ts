import { invalidField } from "../../../kernel/errors.ts";
import { parsePhone } from "../../../phones.ts";
import { callerOf, given } from "../../../surfaces/voice-call.ts";
import type { VoiceCall } from "../../../surfaces/voice-call.ts";

type Line = { phone?: string | null | undefined; call?: VoiceCall };

/**
 * The caller's number for a new booking, in E.164: the one they gave, else the one they are calling from; undefined when it is
 * withheld. A number they gave that is none is a 400.
 */
export function bookerPhone({ phone, call }: Line, country: string): string | undefined {
  const said = given(phone);
  const numbers = readings(said ?? callerOf(call) ?? "", country);
  if (said && numbers.length === 0) {
    throw invalidField("phone", `${said} is no phone number`, "Ask for it again, or leave it out.");
  }
  return numbers[0];
}

/** Every number a caller may mean, in E.164. Throws a 400 when nobody knows who is calling. */
export function callerNumbers({ phone, call }: Line, country: string): string[] {
  const said = given(phone);
  const number = said ?? callerOf(call);
  if (number === undefined) {
    throw invalidField("phone", "is missing, and the call names no caller", "Ask for the caller's number.");
  }
  const numbers = readings(number, country);
  if (numbers.length > 0) return numbers;
  throw invalidField("phone", `${number} is no phone number`, "Ask for the caller's number.");
}

/**
 * A number written the national way may be the workspace's country's or Australia's, where these tools are at home: both
 * readings, one that is a number of its country for certain first.
 */
function readings(text: string, country: string): string[] {
  const found = [country, "AU"].flatMap((one) => parsePhone(text, one) ?? []);
  const sure = found.filter(({ kind }) => kind === "mobile" || kind === "landline");
  return [...new Set([...sure, ...found].map(({ e164 }) => e164))];
}
