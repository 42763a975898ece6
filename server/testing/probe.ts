/** Operations and jobs that only the kernel's own tests know: each does just what one test needs to see. */
import { Type } from "typebox";
import { chargeCredits } from "../kernel/credits.ts";
import { invalidField } from "../kernel/errors.ts";
import { job } from "../kernel/jobs.ts";
import type { JobCtx } from "../kernel/jobs.ts";
import { module, operation } from "../kernel/operation.ts";
import { insertContact } from "../modules/crm/contacts/contacts.store.ts";
import { workspaceApi } from "../surfaces/workspace-api.ts";

export type NotedPayload = { label: string; failures?: number };

/** What the jobs did, in the order they did it; tests read and clear it. */
export const noted: { label: string; attempt: number; at: Date; lastAttempt: boolean }[] = [];

/** Lets a test hold a job or an operation in the middle. */
export const gate: { wait?: Promise<void>; entered?: () => void } = {};

const noteIt = job<NotedPayload>({
  name: "note-label",
  retryLimit: 3,
  retryDelaySeconds: 10,
  async run(one: JobCtx, { label, failures = 0 }) {
    noted.push({ label, attempt: one.attempt, at: one.app.clock.now(), lastAttempt: one.lastAttempt });
    gate.entered?.();
    await gate.wait;
    if (one.attempt <= failures) throw new Error(`${label} fails on attempt ${one.attempt}`);
  },
});

export const noteLabel = noteIt;

export const writeProbe = operation({
  name: "write_probe",
  surface: workspaceApi,
  section: "Probe",
  route: "POST /probe",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "Write a contact, an event and a job, then do as told.",
  input: Type.Object(
    {
      name: Type.String({ minLength: 1 }),
      fail: Type.Optional(Type.Boolean()),
      wrong_output: Type.Optional(Type.Boolean()),
      hold: Type.Optional(Type.Boolean()),
      charge: Type.Optional(Type.Integer()),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ id: Type.String(), name: Type.String() }),
  async run(ctx, input) {
    const contact = await insertContact(ctx, { first_name: input.name });
    ctx.emit({ type: "probe.written", noun: "contact", recordId: contact.id, payload: { name: input.name } });
    ctx.enqueue(noteIt, { label: input.name });
    if (input.charge) await chargeCredits(ctx, input.charge);
    if (input.hold) {
      gate.entered?.();
      await gate.wait;
    }
    if (input.fail) throw invalidField("fail", "was asked for");
    return input.wrong_output ? ({ id: 7 } as never) : { id: contact.id, name: input.name };
  },
});

export const otherProbe = operation({
  ...writeProbe,
  name: "write_other_probe",
  route: "POST /probe/other",
});

export const paidProbe = operation({
  ...writeProbe,
  name: "write_paid_probe",
  route: "POST /probe/paid",
  credits: 10,
});

export const probe = module({
  name: "probe",
  operations: [writeProbe, otherProbe, paidProbe],
  jobs: [noteIt],
});
