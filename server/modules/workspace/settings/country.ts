import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { dictionary } from "../../../kernel/dictionary.ts";

const currencies: Record<string, string> = dictionary({
  GB: "GBP",
  US: "USD",
  AU: "AUD",
  NZ: "NZD",
  CA: "CAD",
});

/** The currency people of a country pay in, as far as we know: euros elsewhere. */
export function currencyOf(country: string): string {
  return currencies[country] ?? "EUR";
}

/** The workspace's ISO country, for numbers written the national way. */
export async function countryOf(ctx: Ctx): Promise<string> {
  const [row] = await ctx.db.raw(
    sql<{ country: string }>`select country from workspaces where id = ${ctx.workspaceId}`,
  );
  return row?.country ?? "GB";
}

/** The country a caller's numbers need to be read with; written with a +, they need none and nothing is looked up. */
export async function countryForNumbers(
  ctx: Ctx,
  ...numbers: (string | null | undefined)[]
): Promise<string> {
  const national = numbers.some((number) => number && !number.trim().startsWith("+"));
  return national ? countryOf(ctx) : "GB";
}
