import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { TemplateContent, TemplateRecord, checkedContent } from "./template.ts";

type Fields = { name?: string; description?: string | null; content?: TemplateContent };

export const templatesCrud = crud({
  noun: "crm_template",
  plural: "crm_templates",
  table: "crm_templates",
  surface: workspaceApi,
  section: "CRM Templates",
  path: "/crm-templates",
  scopes: { read: ["crm-templates:read"], write: ["crm-templates:write"] },
  record: TemplateRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(({ workspace_id: _w, ...shown }) => shown),
  fields: {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.Union([Type.String({ maxLength: 2000 }), Type.Null()]),
    content: TemplateContent,
  },
  required: ["name"],
  values(_ctx, { name, description, content }: Fields) {
    if (name?.trim() === "")
      throw invalidField("name", "may not be empty", "Send what the template is called.");
    return {
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(description === undefined ? {} : { description: description?.trim() || null }),
      ...(content === undefined ? {} : { content: JSON.stringify(checkedContent(content)) }),
    };
  },
  examples: {
    create: {
      name: "Roofing",
      content: {
        pipelines: [{ name: "Jobs", stages: [{ name: "Enquiry" }, { name: "Quoted" }, { name: "Booked" }] }],
        lost_reasons: ["Too expensive", "No reply"],
        tags: [{ name: "Urgent", color: "#ef4444" }],
      },
    },
  },
});
