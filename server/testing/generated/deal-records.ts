/** How opportunities, pipelines and what hangs on them come to be in the generated tests. */
import assert from "node:assert/strict";
import type { Place } from "./fixtures.ts";

type Input = Record<string, unknown>;

async function made({ workspace }: Place, path: string, body: Input): Promise<Input & { id: string }> {
  const answer = await workspace.call("POST", `/api/v1${path}`, body);
  assert.ok(answer.status === 200 || answer.status === 201, answer.text);
  return answer.body.data as Input & { id: string };
}

const opportunity = async (place: Place) => (await made(place, "/opportunities", { name: "Bathroom" })).id;
const pipeline = (place: Place) => made(place, "/pipelines", { name: "Jobs" });
const contact = async (place: Place) => (await made(place, "/contacts", { first_name: "Paul" })).id;
const product = async (place: Place) =>
  (await made(place, "/products", { name: "Valve", price: 12.5, currency: "AUD" })).id;

/** A line, by the names of the path parameters. */
async function line(place: Place) {
  const id = await opportunity(place);
  const { id: lineId } = await made(place, `/opportunities/${id}/products`, {
    product_id: await product(place),
  });
  return { id, opportunityProductId: lineId };
}

async function cost(place: Place) {
  const { id, opportunityProductId } = await line(place);
  const entry = await made(place, `/opportunities/${id}/product-costs/${opportunityProductId}`, {
    unit_cost: 3,
  });
  return { id, costId: entry.id };
}

async function stage(place: Place) {
  const { id, stages } = await pipeline(place);
  return { id, stageId: (stages as { id: string }[])[0]?.id };
}

async function target(place: Place) {
  const { id, stageId } = await stage(place);
  return { pipeline_id: id, stage_id: stageId };
}

export const dealRecords: Record<string, (place: Place) => Promise<string>> = {
  opportunity,
  pipeline: async (place) => (await pipeline(place)).id,
};

export const dealInputs: Record<string, (place: Place) => Promise<Input>> = {
  "workspace.search_opportunities": () => Promise.resolve({ query: "Bath" }),
  "workspace.move_opportunity": target,
  "workspace.add_opportunity_card": target,
  "workspace.bulk_move_opportunities": async (place) => ({
    ids: [await opportunity(place)],
    ...(await target(place)),
  }),
  "workspace.add_opportunity_product": async (place) => ({ product_id: await product(place) }),
  "workspace.update_opportunity_product": async (place) => ({ ...(await line(place)), quantity: 2 }),
  "workspace.remove_opportunity_product": line,
  "workspace.reorder_opportunity_products": async (place) => {
    const { id, opportunityProductId } = await line(place);
    return { id, product_ids: [opportunityProductId] };
  },
  "workspace.list_opportunity_product_costs": line,
  "workspace.create_opportunity_product_cost": async (place) => ({ ...(await line(place)), unit_cost: 3 }),
  "workspace.update_opportunity_product_cost": async (place) => ({ ...(await cost(place)), unit_cost: 4 }),
  "workspace.delete_opportunity_product_cost": cost,
  "workspace.remove_opportunity_contact": async (place) => {
    const [id, contactId] = [await opportunity(place), await contact(place)];
    await made(place, `/opportunities/${id}/contacts/${contactId}`, {});
    return { id, contactId };
  },
  "workspace.unassign_opportunity_user": async (place) => {
    const [id, userId] = [await opportunity(place), place.workspace.adminId];
    await made(place, `/opportunities/${id}/users/${userId}`, {});
    return { id, userId };
  },
  "workspace.update_pipeline_stage": async (place) => ({ ...(await stage(place)), position: 1 }),
  "workspace.delete_pipeline_stage": stage,
};
