/** Operations and jobs that only the kernel's own tests know: each does just what one test needs to see. */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { Type } from "typebox";
import { chargeCredits } from "../kernel/credits.ts";
import { conflict, invalidField } from "../kernel/errors.ts";
import { readableWith, shownOnce } from "../kernel/guarded-fields.ts";
import type { Ctx } from "../kernel/context.ts";
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
      undeclared_output: Type.Optional(Type.Boolean()),
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
    if (input.fail) throw invalidField("fail", "was asked for", "Leave it out.");
    if (input.wrong_output) return { id: 7 } as never;
    const more = input.undeclared_output ? { search_text: "of ours" } : {};
    return { id: contact.id, name: input.name, ...more };
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

/** What an operation run by a test saw of its own transaction. */
export const seen: { locks: string[] } = { locks: [] };

/** Goes wrong after it has written, once a test says so: what was right when it was asked for, and is not any more. */
export const trouble = { now: false };

const common = {
  surface: workspaceApi,
  section: "Probe",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "Do what one test needs.",
} as const;

export const quietProbe = operation({
  ...common,
  name: "write_nothing_probe",
  route: "POST /probe/quiet",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({ ok: Type.Boolean() }),
  run: () => Promise.resolve({ ok: true }),
});

export const openProbe = operation({
  ...quietProbe,
  name: "write_open_probe",
  route: "POST /probe/open",
  scopes: [],
  noScopes: "program",
});

/** Notes the locks its transaction holds, and fails after writing where there is trouble. */
export const lockProbe = operation({
  ...common,
  output: Type.Object({ id: Type.String(), name: Type.String() }),
  name: "write_lock_probe",
  route: "POST /probe/locks",
  input: Type.Object({ name: Type.String() }, { additionalProperties: false }),
  async run(ctx, { name }) {
    const contact = await insertContact(ctx, { first_name: name });
    const rows = await ctx.db.raw(sql<{ lock: string }>`
      select concat_ws(' ', locktype, coalesce(relation::regclass::text, classid || ':' || objid), mode) as lock
        from pg_locks where pid = pg_backend_pid() order by 1`);
    seen.locks = rows.map(({ lock }) => lock);
    if (trouble.now) throw conflict("there is trouble", { fix: "Wait for its end." });
    return { id: contact.id, name };
  },
});

/** Makes a secret, and takes one; the trail and the events are told of both, as nobody should. */
export const secretProbe = operation({
  ...common,
  name: "write_secret_probe",
  route: "POST /probe/secret",
  input: Type.Object(
    { given: Type.String({ ...shownOnce, minLength: 12 }), name: Type.String() },
    { additionalProperties: false },
  ),
  output: Type.Object({
    id: Type.String(),
    url: Type.String(shownOnce),
    paid: Type.Optional(Type.String(readableWith("invoices:read"))),
  }),
  async run(ctx, { given, name }) {
    const { id } = await insertContact(ctx, { first_name: name });
    const url = `https://made.example/${randomUUID()}`;
    ctx.changed({ noun: "contact", id, before: { url }, after: { given } });
    ctx.emit({ type: "probe.written", noun: "contact", recordId: id, payload: { url, given } });
    return { id, url, paid: "in full" };
  },
});

/** Two pieces of work that are to meet: how often each began, what each did once it had committed, and whether to meet always. */
export const meeting = {
  begun: [] as string[],
  committed: [] as string[],
  /** Lets those who have begun go on together: once both have, or at once where they have met already. */
  together: (): Promise<void> => Promise.resolve(),
};

/** Makes those of two who call `together` wait for each other, once. */
export function arrangeMeeting(): void {
  meeting.begun.length = meeting.committed.length = 0;
  let go = () => {};
  // Who has begun may not have the first lock yet: whoever comes here has.
  let there = 0;
  const bothAreThere = new Promise<void>((resolve) => (go = resolve));
  meeting.together = () => {
    there += 1;
    if (there >= 2) go();
    return bothAreThere;
  };
}

/** Takes two locks with the other in between, who takes them in the other order: the database has to end one of the two. */
async function meet(ctx: Ctx, name: string, locks: readonly number[]): Promise<void> {
  meeting.begun.push(name);
  ctx.db.afterCommit(() => void meeting.committed.push(name));
  for (const [place, lock] of locks.entries()) {
    if (place === 1) await meeting.together();
    await ctx.db.raw(sql`select pg_advisory_xact_lock(${lock}::bigint)`);
  }
}

const Locks = Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 });

export const meetProbe = operation({
  ...common,
  name: "write_meeting_probe",
  route: "POST /probe/meeting",
  input: Type.Object({ name: Type.String(), locks: Locks }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String(), name: Type.String() }),
  async run(ctx, input) {
    ctx.emit({ type: "probe.written", noun: "contact", recordId: null, payload: { name: input.name } });
    ctx.enqueue(noteIt, { label: input.name });
    await meet(ctx, input.name, input.locks);
    // After it: contacts are numbered one after the other, so that two who add one never get as far as to meet.
    const { id } = await insertContact(ctx, { first_name: input.name });
    // Whoever does it again is given what was sent, not what the first time made of it.
    input.name = `${input.name} met`;
    return { id, name: input.name };
  },
});

export const meetLater = job<{ name: string; locks: number[] }>({
  name: "meet-later",
  async run(one, { name, locks }) {
    await one.transaction(async (ctx) => {
      ctx.enqueue(noteIt, { label: `${name} at attempt ${one.attempt}` });
      await meet(ctx, name, locks);
    });
  },
});

export const probe = module({
  name: "probe",
  operations: [writeProbe, otherProbe, paidProbe, quietProbe, openProbe, lockProbe, secretProbe, meetProbe],
  jobs: [noteIt, meetLater],
});
