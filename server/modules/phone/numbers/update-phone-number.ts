import { Type } from "typebox";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { phoneField } from "../../../phones.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { settingsOf } from "../../workspace/settings/settings.ts";
import { PhoneNumberRecord, presentNumber } from "./number.ts";
import { completed, findNumberByE164 } from "./numbers.store.ts";

const agent = (description: string) =>
  Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()], { description }));

/** Voice agents live at a voice provider; until one is connected every push to it fails, and says so. */
const noVoiceProvider = "no voice provider is configured";

export const updatePhoneNumber = operation({
  name: "update_phone_number",
  surface: workspaceApi,
  section: "Phone",
  route: "PATCH /phone/numbers/:id",
  scopes: ["phone:write"],
  effect: "write",
  noun: "phone_number",
  summary: "Change a phone number's settings.",
  description:
    "An agent assignment is pushed to the voice provider at once, which alone knows its agents; whether that worked is in retell_last_synced_at and retell_last_sync_error. The change is kept either way.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      friendly_name: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
      transfer_number: Type.Optional(
        Type.Union([Type.String({ maxLength: 40 }), Type.Null()], {
          description: "Where calls are forwarded, E.164; null clears it.",
        }),
      ),
      inbound_voice_agent_config_id: agent(
        "The agent that answers inbound calls, by its id at the voice provider; null clears it.",
      ),
      outbound_voice_agent_config_id: agent(
        "The agent of outbound calls, by its id at the voice provider; null clears it.",
      ),
    },
    { additionalProperties: false },
  ),
  output: PhoneNumberRecord,
  async run(ctx, input) {
    const before = await ctx.db
      .from("phone_numbers")
      .selectAll()
      .where("id", "=", input.id)
      .forUpdate()
      .executeTakeFirst();
    if (!before) throw missing("phone number", input.id);
    const { id, transfer_number: transfer, friendly_name: name, ...agents } = input;
    const forwarded = transfer ? phoneField("transfer_number", transfer, await countryOf(ctx)) : null;
    if (forwarded && (await findNumberByE164(ctx, forwarded))) {
      throw invalidField(
        "transfer_number",
        "is a number of the business itself, so calls would go round in a circle",
        "Send the number of a phone that somebody answers.",
      );
    }
    const pushed = Object.keys(agents).length > 0;
    const after = await ctx.db
      .update("phone_numbers")
      .set({
        ...agents,
        ...(name === undefined ? {} : { friendly_name: name?.trim() || null }),
        ...(transfer === undefined ? {} : { transfer_number: forwarded }),
        ...(pushed ? { retell_last_sync_error: noVoiceProvider } : {}),
        updated_at: ctx.now,
      })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
    ctx.changed({ noun: "phone_number", id, before, after });
    ctx.emit({ type: "phone_number.updated", noun: "phone_number", recordId: id, payload: { id } });
    return presentNumber(completed(after, await settingsOf(ctx))) as never;
  },
});
