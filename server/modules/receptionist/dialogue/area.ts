import type { Business } from "./turn.ts";

/** Whether a postcode is served: undefined when the business keeps no list to tell by. */
export function covers(area: Business["serviceArea"], postcode: string): boolean | undefined {
  if (area.postcodes.length === 0) return undefined;
  const code = plain(postcode);
  return area.postcodes.some((entry) => matches(code, plain(entry)));
}

const plain = (text: string) => text.toUpperCase().replaceAll(/\s/g, "");

// "LS" is an area, "LS1" a district (not LS12), "LS1 4AP" one code; "900*" and numbers with too few digits are prefixes.
function matches(code: string, entry: string): boolean {
  if (entry.endsWith("*")) return code.startsWith(entry.slice(0, -1));
  if (code === entry) return true;
  if (/^\d+$/.test(entry)) return code.slice(0, 5) === entry || (entry.length <= 3 && code.startsWith(entry));
  const outward = code.length > 4 ? code.slice(0, -3) : code;
  if (/^[A-Z]{1,2}$/.test(entry)) return outward.replace(/\d.*/s, "") === entry;
  return outward === entry;
}

/** "We cover LS, BD1 and WF" or "We work within 15 miles of Los Angeles, CA"; "" when nothing is known. */
export function areaText({ center, radiusMiles, postcodes }: Business["serviceArea"]): string {
  if (center && radiusMiles) return `We work within ${radiusMiles} miles of ${center}`;
  if (center) return `We cover ${center} and nearby`;
  if (postcodes.length === 0) return "";
  const shown = postcodes.slice(0, 6).join(", ");
  return `We cover ${shown}${postcodes.length > 6 ? " and more" : ""}`;
}
