import { Type } from "typebox";
import type { Static, TObject, TSchema } from "typebox";
import type { Ctx } from "../kernel/context.ts";
import { invalidField } from "../kernel/errors.ts";
import { operation } from "../kernel/operation.ts";
import type { Operation } from "../kernel/operation.ts";

const text = () => Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** The call a voice platform wraps an agent's tool call in; all we read of it. */
export const callEnvelope = Type.Optional(
  Type.Object(
    {
      call_id: text(),
      direction: text(),
      from_number: text(),
      to_number: text(),
      retell_llm_dynamic_variables: Type.Optional(
        Type.Unknown({
          description: "What the call was started with; state is read where a tool takes one.",
        }),
      ),
      collected_dynamic_variables: Type.Optional(
        Type.Unknown({ description: "What the agent learnt on the way; comes before what it started with." }),
      ),
    },
    { additionalProperties: true, description: "The running call, as the voice platform sends it." },
  ),
);

export type VoiceCall = Static<typeof callEnvelope> | undefined;

/** Whom the call is with: who rings in, or who was rung up. */
export function callerOf(call: VoiceCall): string | undefined {
  return given(call?.direction === "outbound" ? call.to_number : call?.from_number);
}

/** What the call's dynamic variables hold under a name; undefined for what is empty or no text. */
export function callVariable(call: VoiceCall, name: string): string | undefined {
  for (const variables of [call?.collected_dynamic_variables, call?.retell_llm_dynamic_variables]) {
    const value: unknown = (variables as Record<string, unknown> | null | undefined)?.[name];
    const found = typeof value === "string" ? given(value) : undefined;
    if (found) return found;
  }
  return undefined;
}

const template = /\{\{[^{}]*\}\}/;

/** The variable of the agent's template that was never filled in, such as {{name}}; undefined when there is none. */
export function templateIn(value: string): string | undefined {
  return template.exec(value)?.[0];
}

/** What platforms send along for themselves: nobody reads it. */
const unread: readonly string[] = ["call", "execution_message"];

/**
 * Throws a 400 naming the first field that still holds a template of the agent's settings: what was to be said there nobody knows,
 * and to go on without it would be to choose a booking, a clock or a customer for them.
 */
export function refuseTemplates(fields: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(fields)) {
    const found = typeof value === "string" && !unread.includes(field) ? templateIn(value) : undefined;
    if (found === undefined) continue;
    throw invalidField(
      field,
      `still holds the template ${found}, which nothing was put in for`,
      `Ask the caller for it, take it from the listing, or leave ${field} out where it may be; in the agent's settings let ${field} be filled from the conversation.`,
    );
  }
}

/** Declares an operation that a voice agent calls. Templates nobody filled in are refused by name before it runs. */
export function voiceTool<In extends TObject, Out extends TSchema>(
  definition: Operation<In, Out> & { voice: NonNullable<Operation<In, Out>["voice"]> },
): Operation<In, Out> {
  return operation({
    ...definition,
    run: (ctx: Ctx, input: Static<In>) => {
      refuseTemplates(input as Record<string, unknown>);
      return definition.run(ctx, input);
    },
  });
}

/** What an agent really said: trimmed, and undefined for null, nothing, or a template nobody filled in. */
export function given(value: string | null | undefined): string | undefined {
  const said = value?.trim();
  return said && !templateIn(said) ? said : undefined;
}
