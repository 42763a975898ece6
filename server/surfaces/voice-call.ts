import { Type } from "typebox";

const text = () => Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** The call a voice platform wraps an agent's tool call in; all we read of it. */
export const callEnvelope = Type.Optional(
  Type.Object(
    { call_id: text(), direction: text(), from_number: text(), to_number: text() },
    { additionalProperties: true, description: "The running call, as the voice platform sends it." },
  ),
);
