/** How dashboards, cards, grants and funnels come to be. */
import assert from "node:assert/strict";
import { seedOf } from "../../modules/crm/reports/testing.ts";
import type { Place } from "./fixtures.ts";

type Input = Record<string, unknown>;

const base = "/api/v1/report-dashboards";

export const reportRecords: Record<string, (place: Place) => Promise<string>> = {
  // Restricted, so that it can be opened to somebody; the keys of these tests act for nobody and see it all the same.
  report_dashboard: (place) => made(place, "POST", base, { name: "Monday", visibility: "restricted" }),
  report_card: async (place) => {
    const id = await made(place, "POST", base, { name: "Monday" });
    return made(place, "POST", `${base}/${id}/cards`, { title: "Deals" });
  },
  report_dashboard_acl: async (place) => {
    const id = await made(place, "POST", base, { name: "Monday", visibility: "restricted" });
    const grant = { principal_type: "role", principal_id: "client_viewer" };
    return made(place, "POST", `${base}/${id}/acl`, grant);
  },
  report_funnel: async (place) => made(place, "PUT", "/api/v1/report-funnels", await funnelOf(place)),
};

export const reportInputs: Record<string, (place: Place) => Promise<Input> | Input> = {
  "workspace.set_report_funnel": funnelOf,
  "workspace.get_report_funnel": async (place) => {
    const funnel = await funnelOf(place);
    await made(place, "PUT", "/api/v1/report-funnels", funnel);
    return { pipeline_id: funnel["pipeline_id"] };
  },
  "workspace.reorder_report_cards": () => ({ card_ids: [] }),
  "workspace.send_report": async (place) => {
    // The cards of a template take scopes of their own; a table of deals takes none but the operation's.
    const id = await made(place, "POST", base, { name: "Monday" });
    await made(place, "POST", `${base}/${id}/cards`, { title: "Deals" });
    return { dashboard_id: id, recipients: ["paul@example.com"], suppress_if_empty: false };
  },
};

async function funnelOf({ frontdesk, workspace }: Place): Promise<Input> {
  const { id, stages } = await seedOf(frontdesk, workspace).pipeline("Sales", ["New", "Won"]);
  return { pipeline_id: id, steps: [{ name: "All", stage_ids: stages.map((stage) => stage.id) }] };
}

async function made({ workspace }: Place, method: string, path: string, body: Input): Promise<string> {
  const answer = await workspace.call(method, path, body);
  assert.ok(answer.status < 300, answer.text);
  return answer.body.data.id as string;
}
