import { randomBytes } from "node:crypto";
import type { Database } from "./kernel/database.ts";
import type { InstallationSecrets } from "./ports.ts";

/** The installation's secrets: what the environment gives wins; the rest is made once and shared by all nodes. */
export async function installationSecrets(
  database: Database,
  given: Partial<InstallationSecrets>,
): Promise<InstallationSecrets> {
  const stored = await database.system("installation", async (kysely) => {
    for (const name of ["service_jwt_secret", "twilio_auth_token", "consent_secret", "sealing_key"]) {
      await kysely
        .insertInto("installation")
        .values({ name, value: randomBytes(32).toString("hex") })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
    }
    return kysely.selectFrom("installation").selectAll().execute();
  });
  const value = (name: string) => stored.find((row) => row.name === name)?.value ?? "";
  return {
    serviceJwt: given.serviceJwt ?? value("service_jwt_secret"),
    twilioAuthToken: given.twilioAuthToken ?? value("twilio_auth_token"),
    sealing: given.sealing ?? value("sealing_key"),
    consent: given.consent ?? value("consent_secret"),
  };
}
