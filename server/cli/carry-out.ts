import { Command, CommanderError } from "commander";
import { addInstallationCommands } from "./installation-commands.ts";
import { borrowed } from "./open.ts";
import type { CommandAnswer, Installation } from "./open.ts";

/** Runs one command line on an installation that is open already; what it would have printed is in the answer. */
export async function carryOut(installation: Installation, argv: string[]): Promise<CommandAnswer> {
  const answer: CommandAnswer = { exitCode: 0, out: "", err: "" };
  const write = (text: string) => void (answer.out += text);
  const program = new Command("frontdesk").exitOverride().configureOutput({
    writeOut: write,
    writeErr: (text) => void (answer.err += text),
  });
  addInstallationCommands(program);
  // Names only: what a command is given and what it answers may be secret.
  program.hook("preAction", (_, action) => {
    const command = `${action.parent?.name()} ${action.name()}`;
    installation.log.info({ command }, "carrying out a command for another process");
  });
  try {
    await borrowed.run({ installation, write }, () => program.parseAsync(argv, { from: "user" }));
  } catch (error) {
    // Commander has written its own complaints.
    if (error instanceof CommanderError) return { ...answer, exitCode: error.exitCode };
    return { ...answer, exitCode: 1, err: `${answer.err}${(error as Error).message || String(error)}\n` };
  }
  return answer;
}
