/** What the tests of the phone and the messages share. */
import { systemActor } from "../../kernel/actor.ts";
import type { Ctx } from "../../kernel/context.ts";
import { newRequestId } from "../../kernel/run.ts";
import type { JsonObject } from "../../kernel/tables.ts";
import { listOutbox } from "../../local-outbox.ts";
import { signWebhook } from "../../providers/telephony/webhook-signature.ts";
import type { Answer, Harness, TestWorkspace } from "../../testing/harness.ts";
import { insertNumber } from "../phone/numbers/numbers.store.ts";
import type { NumberStatus } from "../phone/numbers/number.ts";
import { storeSettings } from "../workspace/settings/settings.ts";

export type TestBusiness = TestWorkspace & {
  number: string;
  numberId: string;
  owner: string;
  /** A customer's mobile number nobody used before. */
  customer(): string;
};

let serial = 0;

/** A number no test of this file used: a Californian one, which may be a mobile or a fixed line. */
export function freshNumber(): string {
  serial += 1;
  return `+1310555${String(1000 + serial)}`;
}

/** A workspace with an active number, an owner's phone, and what settings a test wants. */
export async function businessWithNumber(
  frontdesk: Harness,
  options: { settings?: JsonObject; status?: NumberStatus; owner?: null; timeZone?: string } = {},
): Promise<TestBusiness> {
  const workspace = await frontdesk.workspace({
    name: "Ready Plumbing",
    ...(options.timeZone ? { timeZone: options.timeZone } : {}),
  });
  const number = freshNumber();
  const owner = freshNumber();
  const numberId = await inside(frontdesk, workspace.id, async (ctx) => {
    await storeSettings(ctx, {
      ...(options.owner === null ? {} : { owner: { name: "Olive", phone: owner } }),
      ...options.settings,
    });
    const made = await insertNumber(ctx, { e164: number, status: options.status ?? "ACTIVE" });
    return made.id;
  });
  return { ...workspace, number, numberId, owner, customer: freshNumber };
}

/** Runs `work` as the program itself in one workspace. */
export function inside<T>(
  frontdesk: Harness,
  workspaceId: string,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  return frontdesk.app.inWorkspace(
    {
      workspaceId,
      actor: systemActor(workspaceId, "test"),
      operation: "test",
      surface: "test",
      requestId: newRequestId(),
    },
    work,
  );
}

/** The texts that left for a number, oldest first. */
export async function outbox(frontdesk: Harness, to: string) {
  const entries = await listOutbox(frontdesk.app);
  return entries.filter((entry) => entry.channel === "sms" && entry.to === to);
}

/** Posts a form the way the carrier does, signed for the public address. */
export function postForm(frontdesk: Harness, path: string, form: Record<string, string>): Promise<Answer> {
  const { signature } = signWebhook(frontdesk.app.ports.secrets.twilioAuthToken, {
    url: `http://frontdesk.test${path}`,
    form,
  });
  return frontdesk.call("POST", path, { form, headers: { "x-twilio-signature": signature } });
}

/** Posts the documented JSON, signed with the hash of its body. */
export function postJson(frontdesk: Harness, path: string, body: unknown): Promise<Answer> {
  const rawBody = JSON.stringify(body);
  const { url, signature } = signWebhook(frontdesk.app.ports.secrets.twilioAuthToken, {
    url: `http://frontdesk.test${path}`,
    rawBody,
  });
  return frontdesk.call("POST", url.replace("http://frontdesk.test", ""), {
    body: rawBody,
    headers: { "x-twilio-signature": signature },
  });
}
