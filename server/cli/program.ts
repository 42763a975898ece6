import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { Registry } from "../kernel/registry.ts";
import { knownScopes } from "../scopes.ts";
import { addDoctor } from "./doctor.ts";
import { addInstallationCommands } from "./installation-commands.ts";
import { addStorage } from "./storage.ts";

const root = new URL("../../", import.meta.url);

/** The `frontdesk` command. Each subcommand loads what it needs when it runs. */
export function frontdesk(): Command {
  const program = new Command("frontdesk").description(
    "The front office of a service business, self-hosted.",
  );
  program
    .command("start")
    .description("serve (what `npm start` does); see docs/self-hosting.md for the environment")
    .action(async () => {
      const { main } = await import("../main.ts");
      await main(process.env);
    });
  addStorage(program);
  addInstallationCommands(program);
  program
    .command("simulate")
    .description("play a file of customer lines against the receptionist")
    .argument("<file>")
    .action((file: string) => runScript("simulate", [file]));
  program
    .command("conformance")
    .description("run the booking capability's conformance tests against a server")
    .argument("<base url>")
    .argument("[options...]", "see docs/agents.md: --provider <slug> --key <key> …")
    .allowUnknownOption()
    .action((url: string, options: string[]) => runScript("conformance", [url, ...options]));
  program
    .command("openapi")
    .description("print the OpenAPI document of every operation")
    .action(printOpenApi);
  addDoctor(program);
  return program;
}

async function printOpenApi(): Promise<void> {
  const [{ modules }, { openApiDocument }] = await Promise.all([
    import("../modules/index.ts"),
    import("../surfaces/openapi.ts"),
  ]);
  const { operations } = new Registry(modules, knownScopes);
  process.stdout.write(`${JSON.stringify(openApiDocument(operations), null, 2)}\n`);
}

/** Hands over to one of the project's scripts, as npm run does. */
async function runScript(name: string, parameters: string[]): Promise<void> {
  const path = fileURLToPath(new URL(`scripts/${name}.ts`, root));
  if (!existsSync(path)) throw new Error(`This copy of Frontdesk has no scripts/${name}.ts.`);
  const child = spawn(process.execPath, [path, ...parameters], { stdio: "inherit" });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
