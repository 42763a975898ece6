import assert from "node:assert/strict";
import { test } from "node:test";
import { priceText } from "./wording.ts";

test("a price is told with the decimals of its currency, which is the service's own", () => {
  const service = (minCents: number, maxCents: number, currency?: string) => ({
    id: "drain",
    name: "Drain cleaning",
    durationMinutes: 60,
    price: { minCents, maxCents, unit: "PER_JOB" as const, ...(currency ? { currency } : {}) },
  });
  const cases = [
    [service(9500, 18_050), "GBP", "£95 to £180.50"],
    [service(5000, 5000), "JPY", "¥5,000"],
    [service(1250, 1250), "KWD", "KWD\u00a01.250"],
    [service(5000, 8000, "JPY"), "GBP", "¥5,000 to ¥8,000"],
  ] as const;
  for (const [offered, usual, told] of cases) {
    assert.equal(priceText(offered, usual), `Drain cleaning is ${told} per job`);
  }
});
