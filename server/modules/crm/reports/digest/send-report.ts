import { Type } from "typebox";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { readableDashboard } from "../dashboards/dashboards.store.ts";
import { digestFields } from "./digest-request.ts";
import { sendDigest, senderNotConnected } from "./send-digest.ts";
import { variables } from "./placeholders.ts";

const optional = () => Type.Union([Type.String(), Type.Null()]);

export const sendReport = operation({
  name: "send_report",
  surface: workspaceApi,
  section: "Reports",
  route: "POST /reports/send",
  scopes: ["opportunities:read", "email:send"],
  effect: "write",
  noun: "report_dashboard",
  summary: "Mail a dashboard to people, each with what concerns them.",
  description: `Charts are drawn as pictures inside the mail, numbers and tables are written out. Cards filtered by current_user show each recipient's own rows. The words around the report may hold ${variables.map((name) => `{{${name}}}`).join(", ")}.`,
  input: Type.Object(digestFields, { additionalProperties: false }),
  output: Type.Object({
    dashboard_id: Type.String({ format: "uuid" }),
    recipients: Type.Array(
      Type.Object({
        email: Type.String(),
        name: optional(),
        user_id: optional(),
        success: Type.Boolean(),
        status: Type.String({ description: "queued or skipped." }),
        skipped_reason: Type.Union([Type.String(), Type.Null()], {
          description: "empty_dashboard or duplicate_recipient.",
        }),
        digest_id: optional(),
      }),
    ),
  }),
  errors: [senderNotConnected],
  async run(ctx, input) {
    const dashboard = await readableDashboard(ctx, input.dashboard_id);
    const results = await sendDigest(ctx, dashboard, input);
    ctx.changed({
      noun: "report_dashboard",
      id: dashboard.id,
      action: "sent",
      after: { recipients: results.map(({ email, status }) => ({ email, status })) },
    });
    return { dashboard_id: dashboard.id, recipients: results };
  },
});
