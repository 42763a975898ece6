import type { Command } from "commander";
import { rotateManifestKey } from "../modules/calendar/capability/manifest-keys.ts";
import { print, withInstallation } from "./open.ts";

export function addAgentKeys(program: Command): void {
  const keys = program.command("agent-keys").description("the key that signs what AI agents are told");
  keys
    .command("rotate")
    .description("sign with a new key from now on; the old one stays published for thirty days")
    .option("--json", "print JSON")
    .action(rotate);
}

async function rotate(options: { json?: boolean }): Promise<void> {
  await withInstallation(async ({ database, clock }) => {
    const kid = await rotateManifestKey(database, clock.now());
    print(options.json, { kid }, [`Key ${kid} is published now and signs in two minutes.`]);
  });
}
