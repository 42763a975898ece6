import { dictionary } from "../../../kernel/dictionary.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { nearMiss } from "../../../kernel/near-misses.ts";
import { eventTypes } from "../../../event-types.ts";

// The API calls some records by two names, and automations call some events by theirs.
const otherNouns: Record<string, string> = dictionary({
  deal: "opportunity",
  customer: "company",
  account: "company",
  scheduling_booking: "booking",
});
const otherNames: Record<string, string> = dictionary({
  stage_changed: "opportunity.stage_changed",
  sms_received: "message.received",
  webhook_received: "webhook.received",
});

/** What subscribers wrote, each as the events themselves are called; throws the 400 that lists what there is. */
export function canonicalPatterns(given: readonly string[]): string[] {
  const known = [...new Set(given)].map((pattern) => {
    const canonical = canonicalPattern(pattern);
    if (canonical !== undefined) return canonical;
    const near = nearMiss(pattern, eventTypes);
    throw invalidField(
      "events",
      `${pattern} is not an event type`,
      `${near === undefined ? "" : `Did you mean ${near}? `}There are: *, ${eventTypes.join(", ")}; and contact.* for all of a kind.`,
    );
  });
  return [...new Set(known)];
}

function canonicalPattern(pattern: string): string | undefined {
  if (pattern === "*") return pattern;
  const spelled = otherNames[pattern] ?? pattern.replace(/^([a-z_]+)_(created|updated|deleted)$/, "$1.$2");
  const [noun = "", ...rest] = spelled.split(".");
  const canonical = [otherNouns[noun] ?? noun, ...rest].join(".");
  const fits = canonical.endsWith(".*")
    ? eventTypes.some((type) => type.startsWith(canonical.slice(0, -1)))
    : eventTypes.includes(canonical);
  return fits ? canonical : undefined;
}

/** Whether one of the patterns means this type. */
export function matches(patterns: readonly string[], type: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === "*" ||
      pattern === type ||
      (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1))),
  );
}
