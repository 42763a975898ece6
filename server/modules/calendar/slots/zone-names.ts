/** What Australians call their zones. AEST and plain "eastern" mean the one most people live in: Sydney's. */
const SPOKEN: Record<string, string[]> = {
  "Australia/Perth": ["perth", "wa", "western australia", "awst", "fremantle", "bunbury"],
  "Australia/Sydney": ["sydney", "nsw", "new south wales", "aest", "aedt", "aet", "newcastle", "wollongong"],
  "Australia/Melbourne": ["melbourne", "vic", "victoria", "geelong", "ballarat", "bendigo"],
  "Australia/Brisbane": [
    "brisbane",
    "qld",
    "queensland",
    "gold coast",
    "sunshine coast",
    "cairns",
    "townsville",
  ],
  "Australia/Adelaide": ["adelaide", "sa", "south australia", "acst", "acdt"],
  "Australia/Darwin": ["darwin", "nt", "northern territory", "alice springs"],
  "Australia/Hobart": ["hobart", "tas", "tasmania", "launceston"],
  "Australia/Canberra": ["canberra", "act", "australian capital territory"],
  "Australia/Broken_Hill": ["broken hill"],
  "Australia/Eucla": ["eucla", "acwst"],
  "Australia/Lord_Howe": ["lord howe", "lord howe island", "lhst", "lhdt"],
  UTC: ["utc", "gmt", "z", "zulu", "universal"],
};

const SHORTHANDS = new Map(
  Object.entries(SPOKEN).flatMap(([zone, names]) => names.map((name) => [name, zone] as const)),
);

// ICU also takes Java's old three-letter ids ("BST" is Dhaka there), so a name must look like the IANA list's.
const AREA =
  /^(africa|america|antarctica|arctic|asia|atlantic|australia|brazil|canada|chile|etc|europe|indian|mexico|pacific|us)\//i;
const WITHOUT_AREA = new Set(
  (
    "cet cst6cdt cuba eet egypt eire est est5edt gb gb-eire greenwich hongkong hst iceland iran israel jamaica " +
    "japan kwajalein libya met mst mst7mdt navajo nz nz-chat poland portugal prc pst8pdt roc rok singapore turkey " +
    "uct w-su wet"
  ).split(" "),
);

/**
 * The IANA zone a person or a program means: an IANA name in any case ("europe/london"), or an Australian state,
 * capital or abbreviation ("Perth", "NSW", "AEST", "Sydney time", "Newcastle, NSW"). An IANA alias written in its
 * own case is kept as written. Undefined when it names no zone.
 */
export function resolveZone(name: string): string | undefined {
  const spoken = name
    .trim()
    .toLowerCase()
    .replaceAll(".", "")
    .replace(/\s+/g, " ")
    .replace(/ time$/, "");
  const shorthand = SHORTHANDS.get(spoken);
  if (shorthand) return shorthand;
  const iana = ianaZone(name.trim().replace(/ /g, "_"));
  if (iana) return iana;
  // "Newcastle, NSW" and "Brisbane QLD": the town if it is known, else the state.
  const place = /^(.+?)(?:, ?| )([a-z]{2,3})$/.exec(spoken);
  if (!place || !SHORTHANDS.has(place[2]!)) return undefined;
  return SHORTHANDS.get(place[1]!) ?? (spoken.includes(",") ? SHORTHANDS.get(place[2]!) : undefined);
}

const seen = new Map<string, string | undefined>();
const seenAtMost = 1000;

function ianaZone(name: string): string | undefined {
  if (seen.has(name)) return seen.get(name);
  const zone = lookUpZone(name);
  if (seen.size < seenAtMost) seen.set(name, zone);
  return zone;
}

function lookUpZone(name: string): string | undefined {
  if (!AREA.test(name) && !WITHOUT_AREA.has(name.toLowerCase())) return undefined;
  try {
    const canonical = new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
    if (canonical.toLowerCase() === name.toLowerCase()) return canonical;
    return /^(US|[A-Z][a-z]+)\/[A-Z][a-z]/.test(name) ? name : canonical;
  } catch {
    return undefined;
  }
}
