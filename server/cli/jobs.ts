import type { Command } from "commander";
import { Jobs } from "../kernel/jobs.ts";
import { print, withInstallation } from "./open.ts";
import type { Installation } from "./open.ts";

export function addJobs(program: Command): void {
  program
    .command("jobs")
    .description("the job queue")
    .command("redrive")
    .description("put every job that failed for good back into its queue")
    .action(redrive);
}

async function redrive(): Promise<void> {
  await withInstallation(async (installation) => {
    const count = await (installation.jobs?.redrive() ?? redriveAlone(installation));
    print(false, undefined, [
      count === 0 ? "No job has failed for good." : `${count} jobs are back in their queues.`,
    ]);
  });
}

async function redriveAlone({ database, log }: Installation): Promise<number> {
  const jobs = new Jobs({ database, log, definitions: [], movableClock: false, pollSeconds: 3600 });
  await jobs.attach();
  return jobs.redrive().finally(() => jobs.stop());
}
