import { randomBytes } from "node:crypto";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { isEmail } from "../emails.ts";
import { checkedPassword, hashPassword } from "../modules/workspace/sign-in/passwords.ts";
import { setPassword } from "../modules/workspace/sign-in/people.store.ts";
import { findWorkspace, print, withInstallation } from "./open.ts";

type Giving = { email: string; name?: string; password?: string; workspace?: string; json?: boolean };

export function addPeople(program: Command): void {
  const people = program.command("people").description("who can sign in");
  people
    .command("password")
    .description("give a member a new password; an address that nobody has becomes an administrator's")
    .requiredOption("--email <address>", "whose password", parseEmail)
    .option("--name <name>", "their name, for somebody new")
    .option(
      "--password <password>",
      "the password; made and printed otherwise, which keeps it out of the shell's history",
    )
    .option("--workspace <slug>", "where they work; not needed where there is one workspace")
    .option("--json", "print JSON")
    .action(givePassword);
}

async function givePassword(options: Giving): Promise<void> {
  const { email, name } = options;
  const password = checkedPassword("password", options.password ?? randomBytes(15).toString("base64url"));
  const hash = await hashPassword(password);
  await withInstallation(async (installation) => {
    const workspace = await findWorkspace(installation, options.workspace);
    const wanted = { workspaceId: workspace.id, email, hash, ...(name ? { name } : {}) };
    const { memberId, created } = await setPassword(installation, wanted);
    const shown = { id: memberId, email, workspace: workspace.slug, created };
    const made = options.password === undefined;
    const who = created ? `${email} is an administrator of ${workspace.slug} now, and` : email;
    print(options.json, made ? { ...shown, password } : shown, [
      ...(made ? [password] : []),
      `${who} signs in at /sign-in${made ? " with this password; it is shown this once." : "."}`,
    ]);
  });
}

function parseEmail(text: string): string {
  if (isEmail(text)) return text;
  throw new InvalidArgumentError("Give an e-mail address.");
}
