import { Type } from "typebox";
import type { Generated, Selectable } from "kysely";
import type { Timestamp } from "../../../kernel/tables.ts";

export type OptOutChannel = "sms" | "email";

/**
 * keyword: texted · carrier: the carrier says so · voice: told a voice agent · person: one of the team wrote it down ·
 * record: a contact was written with its flag up, by an import or a merge.
 */
export const optOutWays = ["keyword", "carrier", "voice", "person", "record"] as const;
export type OptOutWay = (typeof optOutWays)[number];

export interface OptOutsTable {
  workspace_id: string;
  id: Generated<string>;
  channel: OptOutChannel;
  address: string;
  how: OptOutWay;
  actor_kind: string | null;
  actor_id: string | null;
  actor_name: string | null;
  request_id: string | null;
  opted_out_at: Timestamp;
  lifted_at: Timestamp | null;
  lifted_how: OptOutWay | null;
  lifted_by: string | null;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    opt_outs: OptOutsTable;
  }
}

export type OptOut = Selectable<OptOutsTable>;

/** Where somebody can be reached: a number in E.164 for texts, a mail address in lower case. */
export type Reach = { channel: OptOutChannel; address: string };

const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()]);
const instant = () => Type.String({ format: "date-time" });

export const OptOutRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  channel: Type.Union([Type.Literal("sms"), Type.Literal("email")]),
  address: Type.String({ description: "The number in E.164, or the mail address in lower case." }),
  how: Type.Union(
    optOutWays.map((way) => Type.Literal(way)),
    {
      description:
        "keyword: texted; carrier: told by the carrier; voice: told a voice agent; person: written down by the team; record: a contact that was imported or merged said so.",
    },
  ),
  actor_kind: nullable(Type.String()),
  actor_name: nullable(Type.String()),
  opted_out_at: instant(),
  lifted_at: Type.Union([instant(), Type.Null()], {
    description: "When they opted in again; null while it stands.",
  }),
  lifted_how: nullable(Type.String()),
  lifted_by: nullable(Type.String()),
});
