/** How products, what suppliers ask for them, activities, tasks and work orders come to be in the generated tests. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { addCompany, addDeal, addDealProduct } from "../../modules/crm/test-crm.ts";
import type { Place } from "./fixtures.ts";

type Input = Record<string, unknown>;

async function made({ workspace }: Place, path: string, body: Input): Promise<string> {
  const answer = await workspace.call("POST", `/api/v1${path}`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

const product = (place: Place) => made(place, "/products", { name: "Valve", price: 12.5, category: "Parts" });
const task = (place: Place) => made(place, "/tasks", { title: "Order the boiler", due_date: "2026-03-06" });

async function offer(place: Place): Promise<Input> {
  return { supplier_id: await addCompany(place), supplier_price: 9, product_id: await product(place) };
}

/** A cost, by the names of the path parameters. */
async function cost(place: Place): Promise<Input> {
  const id = await product(place);
  return { id, costId: await made(place, `/products/${id}/costs`, { label: "Valve", cost_price: 4 }) };
}

async function note(place: Place): Promise<Input> {
  return { activity_type: "note", subject: "Rang", deal_id: await addDeal(place) };
}

async function work(place: Place): Promise<{ dealId: string; body: Input }> {
  const dealId = await addDeal(place);
  const lineId = await addDealProduct(place, { dealId });
  return { dealId, body: { deal_product_id: lineId, assigned_to: place.workspace.adminId } };
}

async function portal(place: Place): Promise<Input> {
  const { dealId, body } = await work(place);
  await made(place, "/work-orders", body);
  return { deal_id: dealId, recipient_email: "paul@example.com", recipient_name: "Paul" };
}

export const workRecords: Record<string, (place: Place) => Promise<string>> = {
  product,
  supplier_catalog: async (place) => made(place, "/supplier-catalog", await offer(place)),
  activity: async (place) => made(place, "/activities", await note(place)),
  task,
  task_category: (place) => made(place, "/tasks/categories", { name: `Follow-up ${randomUUID()}` }),
  product_cost: async (place) => String((await cost(place))["costId"]),
  work_order: async (place) => made(place, "/work-orders", (await work(place)).body),
  work_order_status_portal: async (place) => {
    const path = "/api/v1/work-orders/send-work-status";
    const answer = await place.workspace.call("POST", path, await portal(place));
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.portal_id as string;
  },
};

export const workInputs: Record<string, (place: Place) => Promise<Input>> = {
  "workspace.create_supplier_product": offer,
  "workspace.update_product_cost": cost,
  "workspace.delete_product_cost": cost,
  "workspace.create_activity": note,
  "workspace.reorder_tasks": async (place) => ({ order: [await task(place), await task(place)] }),
  "workspace.create_work_order": async (place) => (await work(place)).body,
  "workspace.send_work_status": portal,
};
