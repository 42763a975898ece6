import type { Command } from "commander";
import { addAgentKeys } from "./agent-keys.ts";
import { addJobs } from "./jobs.ts";
import { addKeys } from "./keys.ts";
import { addPeople } from "./people.ts";
import { addWorkspaces } from "./workspaces.ts";

/**
 * The commands that need nothing but `withInstallation`. While a server holds the embedded database it carries these out,
 * and no others, for whoever gives them.
 */
export function addInstallationCommands(program: Command): void {
  addKeys(program);
  addPeople(program);
  addWorkspaces(program);
  addJobs(program);
  addAgentKeys(program);
}
