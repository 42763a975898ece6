import { Type } from "typebox";
import type { Static, TObject } from "typebox";
import { oneOf } from "../query/spec.ts";

const words = (description: string) => Type.Optional(Type.String({ maxLength: 10_000, description }));
const html = (description: string) => Type.Optional(Type.String({ maxLength: 100_000, description }));
const record = (description: string) => Type.Optional(Type.String({ format: "uuid", description }));

const Recipient = Type.Object(
  {
    email: Type.String({ minLength: 3, maxLength: 320 }),
    name: Type.Optional(Type.String({ maxLength: 200 })),
    user_id: Type.Optional(
      Type.String({
        format: "uuid",
        description: "The user the report is for: whom current_user stands for.",
      }),
    ),
  },
  { additionalProperties: false },
);

export const digestFields = {
  dashboard_id: Type.String({ format: "uuid" }),
  recipients: Type.Array(Type.Union([Type.String({ minLength: 3, maxLength: 320 }), Recipient]), {
    minItems: 1,
    maxItems: 100,
    description: "Addresses, or {email, name?, user_id?}.",
  }),
  subject: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 250,
      pattern: "\\S",
      description: "The dashboard's name unless said.",
    }),
  ),
  intro_text: words("Paragraphs above the report; may hold {{recipient_name}} and the like."),
  outro_text: words("Paragraphs below the report; may hold {{recipient_name}} and the like."),
  intro_html: html("HTML above the report, instead of intro_text; made safe before it is sent."),
  outro_html: html("HTML below the report, instead of outro_text; made safe before it is sent."),
  sender_name: Type.Optional(
    Type.String({ maxLength: 200, description: "Who signs it, above the company's name." }),
  ),
  suppress_if_empty: Type.Optional(
    Type.Boolean({
      default: true,
      description: "Sends nothing to a recipient whose cards have no rows at all.",
    }),
  ),
  email_config_id: record("Email configuration whose sender is to be used."),
  email_provider: Type.Optional(
    oneOf(
      ["postmark", "gmail"],
      "postmark (the usual): the installation's own mail. gmail: a connected account.",
    ),
  ),
  contact_id: record("Contact the mail is about, for the email log."),
  customer_id: record("Company the mail is about, for the email log."),
  deal_id: record("Opportunity the mail is about, for the email log."),
};

export type DigestRequest = Static<TObject<typeof digestFields>>;

export type DigestRecipient = { email: string; name: string | undefined; userId: string | undefined };

export function recipientsOf({ recipients }: DigestRequest): DigestRecipient[] {
  return recipients.map((one) =>
    typeof one === "string"
      ? { email: one.trim(), name: undefined, userId: undefined }
      : { email: one.email.trim(), name: one.name?.trim() || undefined, userId: one.user_id },
  );
}

/** What of a request its mails are written from. */
export type DigestWords = Pick<
  DigestRequest,
  | "intro_text"
  | "outro_text"
  | "intro_html"
  | "outro_html"
  | "sender_name"
  | "contact_id"
  | "customer_id"
  | "deal_id"
> & { subject: string };
