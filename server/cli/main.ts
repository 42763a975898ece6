import { frontdesk } from "./program.ts";

/** Runs one command line; what went wrong is said in one line, without a stack. */
export async function main(argv: string[]): Promise<void> {
  try {
    await frontdesk().parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${(error as Error).message || String(error)}\n`);
    process.exitCode = 1;
  }
}
