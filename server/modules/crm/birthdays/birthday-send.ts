import { Type } from "typebox";
import type { Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export type Channel = "email" | "sms";

export interface BirthdaySendsTable {
  workspace_id: string;
  id: string;
  contact_id: string;
  calendar_year: number;
  year_number: number;
  birthday_date: string;
  channels_sent: Channel[];
  sent_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    birthday_sends: BirthdaySendsTable;
  }
}

export type BirthdaySend = Selectable<BirthdaySendsTable>;

const channels = () =>
  Type.Array(Type.Union([Type.Literal("email"), Type.Literal("sms")]), {
    minItems: 1,
    maxItems: 2,
    uniqueItems: true,
  });

/** What is sent on one birthday of the relationship. */
export const BirthdayMessage = Type.Object(
  {
    channels: channels(),
    email_subject: Type.String({ maxLength: 300, description: "Needed when channels has email." }),
    email_body: Type.String({
      maxLength: 20_000,
      description: "May hold {first_name}, {last_name}, {company_name} and {age}.",
    }),
    sms_body: Type.String({ maxLength: 1600, description: "Needed when channels has sms." }),
    label: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

export type BirthdayMessage = {
  channels: Channel[];
  email_subject: string;
  email_body: string;
  sms_body: string;
  label?: string;
};

export const BirthdaySendRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  year_number: Type.Integer({ description: "Of the relationship: 1 on the first birthday." }),
  birthday_date: Type.String({ format: "date" }),
  channels_sent: Type.Array(Type.Union([Type.Literal("email"), Type.Literal("sms")])),
  sent_at: Type.String({ format: "date-time" }),
});
