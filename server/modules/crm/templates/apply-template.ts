import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { customEntities } from "../fields/custom-field.ts";
import { templateLists } from "./template.ts";
import { addPipelines } from "./add-pipelines.ts";
import { addSettings } from "./add-settings.ts";

const names = () => Type.Array(Type.String());

const Added = Type.Object({
  ...(Object.fromEntries(templateLists.map((name) => [name, names()])) as Record<
    (typeof templateLists)[number],
    ReturnType<typeof names>
  >),
  custom_fields: Type.Object(
    Object.fromEntries(customEntities.map((entity) => [entity, names()])) as Record<
      (typeof customEntities)[number],
      ReturnType<typeof names>
    >,
    { description: "Ids of the definitions." },
  ),
  quick_links: names(),
  tags: names(),
  pipelines: Type.Array(Type.Object({ id: Type.String({ format: "uuid" }), name: Type.String() })),
  stages: Type.Array(
    Type.Object({
      id: Type.String({ format: "uuid" }),
      pipeline_id: Type.String({ format: "uuid" }),
      name: Type.String(),
    }),
  ),
});

export const applyCrmTemplate = operation({
  name: "apply_crm_template",
  surface: workspaceApi,
  section: "CRM Templates",
  route: "POST /crm-templates/:id/apply",
  scopes: ["crm-templates:write", "company:write"],
  effect: "write",
  noun: "crm_template",
  summary: "Set the CRM up as a template says, and tell what that added.",
  description:
    "Only adds: what is there already, by its name or id, stays as it is. Applying a template again adds nothing.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: Type.Object({ template_id: Type.String({ format: "uuid" }), added: Added }),
  example: { input: {} },
  async run(ctx, { id }) {
    const template = await ctx.db.from("crm_templates").selectAll().where("id", "=", id).executeTakeFirst();
    if (!template) throw missing("crm template", id);
    const settings = await addSettings(ctx, template.content);
    const pipelines = await addPipelines(ctx, template.content.pipelines ?? []);
    ctx.emit({
      type: "crm_template.applied",
      noun: "crm_template",
      recordId: id,
      payload: { id },
    });
    return { template_id: id, added: { ...settings, ...pipelines } };
  },
});
