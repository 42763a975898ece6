import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { capability } from "../../../surfaces/capability.ts";
import { insertRuns } from "./conformance.store.ts";
import { ownProvider, unknownProvider } from "./provider.ts";

const Run = Type.Object(
  {
    capability: Type.String({ minLength: 1, maxLength: 100 }),
    test: Type.String({ minLength: 1, maxLength: 100 }),
    passed: Type.Boolean(),
    duration_ms: Type.Integer({ minimum: 0, maximum: 3_600_000 }),
    detail: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);

/** How the conformance runner publishes what it found: the results stand on /capabilities. */
export const recordConformanceRuns = operation({
  name: "record_conformance_runs",
  surface: capability,
  section: "Capabilities",
  route: "POST /capabilities/conformance-runs",
  scopes: ["scheduling.write"],
  effect: "write",
  noun: "conformance_run",
  status: 201,
  summary: "Publish the results of a conformance run.",
  input: Type.Object(
    {
      provider_id: Type.String({ minLength: 1, maxLength: 200 }),
      runs: Type.Array(Run, { minItems: 1, maxItems: 100 }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ ok: Type.Literal(true), recorded: Type.Integer() }),
  errors: [unknownProvider],
  async run(ctx, input) {
    await ownProvider(ctx, input.provider_id);
    await insertRuns(ctx, input.runs);
    return { ok: true as const, recorded: input.runs.length };
  },
});
