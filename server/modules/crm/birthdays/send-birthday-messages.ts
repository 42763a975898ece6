import { sql } from "kysely";
import { Temporal } from "temporal-polyfill";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import { job } from "../../../kernel/jobs.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import { queueEmail } from "../../messaging/email/queue-email.ts";
import { sendText } from "../../messaging/messages/send-text.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { displayName } from "../contacts/contact.ts";
import type { Contact } from "../contacts/contact.ts";
import { birthdayMessagesOf } from "./birthday-messages.ts";
import type { BirthdayMessage, Channel } from "./birthday-send.ts";

const batch = 50;
const beforeAll = "00000000-0000-0000-0000-000000000000";

type Today = { day: Temporal.PlainDate; messages: BirthdayMessage[]; company: string };

/** The birthdays of today in the workspace's zone. Doing it again, in part or at the same time elsewhere, sends nothing twice. */
export const sendBirthdayMessages = job({
  name: "send-birthday-messages",
  async run(one) {
    let after: string | undefined = beforeAll;
    while (after !== undefined) {
      const from: string = after;
      after = await one.transaction((ctx) => sendBatch(ctx, from));
    }
  },
});

/** Sends to the next people whose birthday it is; answers the last one's id, or undefined when there are no more. */
async function sendBatch(ctx: Ctx, after: string): Promise<string | undefined> {
  const workspace = await workspaceOf(ctx);
  const day = Temporal.Instant.fromEpochMilliseconds(ctx.now.getTime())
    .toZonedDateTimeISO(workspace.timeZone)
    .toPlainDate();
  const today = { day, messages: birthdayMessagesOf(workspace), company: workspace.name };
  const ids = await ctx.db.raw(sql<{ id: string }>`
    select contacts_born_on(${ctx.workspaceId}, ${birthdaysOn(day)}::integer[], ${after}::uuid, ${batch}) as id`);
  if (ids.length === 0) return undefined;
  const contacts = await ctx.db
    .from("contacts")
    .selectAll()
    .where(
      "id",
      "in",
      ids.map((one) => one.id),
    )
    .orderBy("id")
    .execute();
  for (const contact of contacts) await congratulate(ctx, contact, today);
  return ids.length < batch ? undefined : ids.at(-1)?.id;
}

/** Month and day of the birthdays kept on a day. Who was born on 29 February has theirs on the 28th in other years. */
export function birthdaysOn(day: Temporal.PlainDate): number[] {
  const own = day.month * 100 + day.day;
  return own === 228 && !day.inLeapYear ? [own, 229] : [own];
}

async function congratulate(ctx: Ctx, contact: Contact, { day, messages, company }: Today): Promise<void> {
  const year = yearOf(contact, day);
  const message = messages[year - 1];
  if (!message || !contact.date_of_birth) return;
  const age = day.year - Temporal.PlainDate.from(contact.date_of_birth).year;
  const channels = message.channels.filter((channel) => mayReach(contact, channel));
  if (age < 1 || channels.length === 0) return;
  // Whoever writes the row sends; the row and what it sends are committed together or not at all.
  const claimed = await ctx.db
    .insert("birthday_sends", {
      id: newId(ctx.now),
      contact_id: contact.id,
      calendar_year: day.year,
      year_number: year,
      birthday_date: day.toString(),
      channels_sent: [],
      sent_at: ctx.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!claimed) return;
  const sent: Channel[] = [];
  const tags = {
    first_name: contact.first_name,
    last_name: contact.last_name ?? "",
    company_name: company,
    age: String(age),
  };
  for (const channel of channels) {
    if (await send(ctx, contact, channel, filled(message, tags))) sent.push(channel);
  }
  if (sent.length === 0) {
    await ctx.db.remove("birthday_sends").where("id", "=", claimed.id).execute();
    return;
  }
  await ctx.db
    .update("birthday_sends")
    .set({ channels_sent: sent } as never)
    .where("id", "=", claimed.id)
    .execute();
  recordCreated(ctx, "birthday_send", { ...claimed, channels_sent: sent });
}

/** The year of the relationship: 1 on the first birthday since it began. */
export function yearOf(
  contact: Pick<Contact, "relationship_started_at" | "created_at">,
  day: Temporal.PlainDate,
): number {
  const began = Temporal.PlainDate.from(
    contact.relationship_started_at ?? contact.created_at.toISOString().slice(0, 10),
  );
  const firstIsThisYear = began.month * 100 + began.day <= day.month * 100 + day.day;
  return day.year - began.year + (firstIsThisYear ? 1 : 0);
}

function mayReach(contact: Contact, channel: Channel): boolean {
  return channel === "email"
    ? contact.email !== null && !contact.email_unsubscribed
    : contact.phone !== null && !contact.sms_unsubscribed;
}

function filled(message: BirthdayMessage, tags: Record<string, string>): BirthdayMessage {
  const fill = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => tags[name] ?? whole).trim();
  return {
    ...message,
    email_subject: fill(message.email_subject),
    email_body: fill(message.email_body),
    sms_body: fill(message.sms_body),
  };
}

/** Hands one message over; answers whether it will leave (a guard may be against a text). */
async function send(
  ctx: Ctx,
  contact: Contact,
  channel: Channel,
  message: BirthdayMessage,
): Promise<boolean> {
  if (channel === "email") {
    await queueEmail(ctx, {
      emailType: "birthday",
      to: contact.email ?? "",
      toName: displayName(contact),
      subject: message.email_subject,
      text: message.email_body,
      contactId: contact.id,
    });
    return true;
  }
  const answer = await sendText(ctx, {
    to: contact.phone ?? "",
    body: message.sms_body,
    purpose: "birthday",
    sender: "system",
    contactId: contact.id,
  });
  return answer.status === "queued";
}
