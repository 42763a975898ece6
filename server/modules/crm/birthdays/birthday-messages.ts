import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { removeCron, setCron } from "../../../kernel/cron.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockSettings, storeSettings, workspaceOf } from "../../workspace/settings/settings.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import { BirthdayMessage } from "./birthday-send.ts";

const common = { surface: workspaceApi, section: "Company", noun: "birthday_message" } as const;

const cronKey = "birthdays";

export const getBirthdayMessages = operation({
  ...common,
  name: "get_birthday_messages",
  route: "GET /company/birthday-messages",
  scopes: ["company:read"],
  effect: "read",
  summary: "Get the birthday messages, the one for the first birthday first.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Array(BirthdayMessage),
  run: async (ctx) => birthdayMessagesOf(await workspaceOf(ctx)),
});

export const setBirthdayMessages = operation({
  ...common,
  name: "set_birthday_messages",
  route: "PUT /company/birthday-messages",
  scopes: ["company:write"],
  effect: "write",
  summary: "Replace all birthday messages.",
  description:
    "One for each year of the relationship, in order; a contact whose year has none gets none. They leave at 09:00 in the company's zone, never to somebody who opted out.",
  wholeBody: "messages",
  input: Type.Object(
    {
      messages: Type.Array(BirthdayMessage, {
        maxItems: 120,
        description: "The body itself may be this array.",
      }),
    },
    { additionalProperties: false },
  ),
  output: Type.Array(BirthdayMessage),
  example: {
    input: {
      messages: [
        {
          label: "First year",
          channels: ["email"],
          email_subject: "Happy birthday, {first_name}!",
          email_body: "All the best from {company_name}.",
          sms_body: "",
        },
      ],
    },
  },
  async run(ctx, { messages }) {
    messages.forEach(checkTexts);
    await lockSettings(ctx);
    const before = birthdayMessagesOf(await workspaceOf(ctx));
    await storeSettings(ctx, { birthday_messages: messages });
    const workspace = await workspaceOf(ctx);
    await scheduleBirthdays(ctx, workspace);
    ctx.changed({
      noun: "birthday_message",
      id: ctx.workspaceId,
      before: { messages: before },
      after: { messages },
    });
    return birthdayMessagesOf(workspace);
  },
});

function checkTexts(message: BirthdayMessage, index: number): void {
  const needed = {
    email: ["email_subject", "email_body"],
    sms: ["sms_body"],
  } as const;
  for (const channel of message.channels) {
    for (const field of needed[channel]) {
      if (message[field].trim() !== "") continue;
      throw invalidField(
        `messages.${index}.${field}`,
        `may not be empty when channels has ${channel}`,
        `Write a text for it, or take ${channel} out of channels.`,
      );
    }
  }
}

/** The messages as they were set; none by default. */
export function birthdayMessagesOf({ stored }: Pick<WorkspaceRow, "stored">): BirthdayMessage[] {
  return (stored["birthday_messages"] ?? []) as BirthdayMessage[];
}

/** Sees to it that birthdays are looked for at nine in the workspace's zone, as long as there is anything to send. */
export async function scheduleBirthdays(
  ctx: Ctx,
  workspace: Pick<WorkspaceRow, "stored" | "timeZone">,
): Promise<void> {
  if (birthdayMessagesOf(workspace).length === 0) return removeCron(ctx, cronKey);
  await setCron(ctx, {
    key: cronKey,
    job: "send-birthday-messages",
    cron: "0 9 * * *",
    timeZone: workspace.timeZone,
  });
}
