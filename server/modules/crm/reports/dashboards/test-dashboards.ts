/** What the tests of dashboards share. */
import assert from "node:assert/strict";
import type { Answer, TestWorkspace } from "../../../../testing/harness.ts";

export const base = "/api/v1/report-dashboards";

export type Card = {
  id: string;
  title: string;
  position: number;
  query_spec: { filters?: unknown[] };
  [key: string]: unknown;
};
export type Dashboard = {
  id: string;
  name: string;
  visibility: string;
  template: string | null;
  cards: Card[];
};

export async function create(workspace: TestWorkspace, body: object): Promise<Dashboard> {
  const answer = await workspace.call("POST", base, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Dashboard;
}

export async function addCard(workspace: TestWorkspace, dashboardId: string, body: object): Promise<Card> {
  const answer = await workspace.call("POST", `${base}/${dashboardId}/cards`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Card;
}

export const read = async (workspace: TestWorkspace, id: string) =>
  (await workspace.call("GET", `${base}/${id}`)).body.data as Dashboard;
export const titles = async (workspace: TestWorkspace, id: string) => {
  const { cards } = await read(workspace, id);
  assert.deepEqual(
    cards.map((card) => card.position),
    cards.map((_, index) => index),
  );
  return cards.map((card) => card.title).join("");
};
export const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;
