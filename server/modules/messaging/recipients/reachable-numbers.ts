import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { CountryCode, NumberType, PhoneNumber } from "libphonenumber-js/max";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";

/** Kinds of number that cost whoever reaches them more than a call, or reach no person's phone. */
const dearTypes: ReadonlySet<NumberType> = new Set([
  "PREMIUM_RATE",
  "SHARED_COST",
  "PERSONAL_NUMBER",
  "PAGER",
  "UAN",
  "VOICEMAIL",
  "TOLL_FREE",
]);
/** Calling codes of no country: satellites, ships, international freephone, shared-cost, personal and premium services. */
const placelessCodes: ReadonlySet<string> = new Set([
  "800", "808", "870", "878", "881", "882", "883", "888", "979", "991",
]); // prettier-ignore

/** Whether a number in E.164 is of a kind nobody should be made to text: premium, shared cost, personal, satellite and the like. */
export function isDearNumber(e164: string): boolean {
  const phone = parsePhoneNumberFromString(e164);
  if (!phone) return true;
  return placelessCodes.has(phone.countryCallingCode) || dearTypes.has(phone.getType());
}

/** The countries the business texts people in who have not shown that a number is theirs; its own unless it says otherwise. */
export function countriesTexted({ country, settings }: WorkspaceRow): readonly string[] {
  const { countries } = settings.messaging;
  return countries.length > 0 ? countries : [country];
}

/** Whether a number in E.164 is one of these countries'. Of a number whose country cannot be told the calling code decides. */
export function isNumberOf(countries: readonly string[], e164: string): boolean {
  const phone = parsePhoneNumberFromString(e164);
  if (!phone) return false;
  return countries.some((country) => phone.country === country || isAlike(phone, country));
}

function isAlike({ country, countryCallingCode }: PhoneNumber, wanted: string): boolean {
  if (country !== undefined || !isSupportedCountry(wanted)) return false;
  return getCountryCallingCode(wanted as CountryCode) === countryCallingCode;
}
