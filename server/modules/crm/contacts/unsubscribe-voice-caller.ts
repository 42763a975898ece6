import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, notFound } from "../../../kernel/errors.ts";
import { phoneField } from "../../../phones.ts";
import { callEnvelope, callerOf, given, voiceTool } from "../../../surfaces/voice-call.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import type { Reach } from "../../messaging/opt-outs/opt-out.ts";
import { optOut, reachesOf } from "../../messaging/opt-outs/opt-outs.ts";
import { countryForNumbers } from "../../workspace/settings/country.ts";
import type { ContactValues } from "./contact.ts";
import { lockContact, lockContactsByNumber, updateContact } from "./contacts.store.ts";

/** How many contacts sharing one number a single call may unsubscribe. */
const most = 20;

export const unsubscribeVoiceCaller = voiceTool({
  name: "unsubscribe_voice_caller",
  surface: workspaceApi,
  section: "Contacts",
  route: "POST /contacts/voice/unsubscribe",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "Opt a caller out of e-mail and texts, as a voice agent's tool.",
  description:
    "Takes the voice platform's envelope or flat parameters. Everybody in the workspace with the caller's number is opted out, up to 20. The answer is a sentence to read aloud; of a failure it says first that nothing was done.",
  shape: "text",
  voice: {
    failure: "UNSUBSCRIBE NOT COMPLETED -- DO NOT TELL THE CALLER THEY HAVE BEEN REMOVED.",
  },
  input: Type.Object(
    {
      phone: Type.Optional(
        Type.Union([Type.String({ maxLength: 40 }), Type.Null()], {
          description: "The caller, E.164 or as written locally; taken from the call when left out.",
        }),
      ),
      reason: Type.Optional(
        Type.Union([Type.String({ maxLength: 2000 }), Type.Null()], {
          description: "Why; kept as a note on the contact.",
        }),
      ),
      call: callEnvelope,
    },
    { additionalProperties: false },
  ),
  output: Type.String(),
  example: { input: { phone: "+61412345678", reason: "asked for it on the phone" } },
  async run(ctx, { phone, reason, call }) {
    const number = given(phone) ?? callerOf(call);
    if (!number) {
      throw invalidField("phone", "is missing, and the call names no caller", "Send the caller's number.");
    }
    const e164 = phoneField("phone", number, await countryForNumbers(ctx, number));
    const found = await lockContactsByNumber(ctx, e164, most + 1);
    const contacts = found.slice(0, most);
    if (contacts.length === 0) {
      throw notFound(`Nobody here has the number ${e164}.`, { fix: "Ask the caller for another number." });
    }
    if (found.length > most) {
      ctx.log.warn({ most }, "more contacts share a number than one call may unsubscribe");
    }
    const mails = contacts.flatMap((contact) => reachesOf(contact, "email"));
    await optOut(ctx, [{ channel: "sms", address: e164 }, ...uniqueReaches(mails)], "voice");
    for (const contact of contacts) await unsubscribe(ctx, contact.id, reason?.trim());
    return "Done. You have been unsubscribed, and will get no more e-mails or text messages from us.";
  },
});

/** What the opt-outs of number and address leave to be written: contacts without an address, and the reason. */
async function unsubscribe(ctx: Ctx, id: string, reason: string | undefined): Promise<void> {
  const contact = await lockContact(ctx, id);
  if (!contact) return;
  const values: ContactValues = { email_unsubscribed: true };
  const note = reason ? `${ctx.now.toISOString().slice(0, 10)} Unsubscribed by phone: ${reason}` : undefined;
  // The agent may call twice; the second time there is nothing new to note.
  if (note && !contact.notes?.includes(note)) {
    values.notes = contact.notes ? `${contact.notes}\n${note}` : note;
  }
  await updateContact(ctx, contact, values);
  if (contact.email_unsubscribed) return;
  ctx.emit({
    type: "contact.opted_out",
    noun: "contact",
    recordId: contact.id,
    payload: { id: contact.id, channel: "email", by: "voice" },
  });
}

function uniqueReaches(reaches: readonly Reach[]): Reach[] {
  return [...new Map(reaches.map((reach) => [reach.address, reach])).values()];
}
