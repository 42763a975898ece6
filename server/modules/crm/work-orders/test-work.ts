/** A company with an opportunity that has a product line, and what tests of work orders do with it. */
import assert from "node:assert/strict";
import type { Answer, Harness, TestWorkspace } from "../../../testing/harness.ts";
import { addDeal, addDealProduct } from "../test-crm.ts";

export const path = "/api/v1/work-orders";
export const absent = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

export type Row = Record<string, unknown> & { id: string };

export type Site = {
  workspace: TestWorkspace;
  dealId: string;
  lineId: string;
  /** A line for a product with this configuration; answers its id. */
  lineWith(config: unknown, name?: string): Promise<string>;
  create(body?: object): Promise<Answer>;
  add(body?: object): Promise<Row>;
  patch(id: string, body: object): Promise<Answer>;
  settings(body: object): Promise<Answer>;
};

export const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

export async function openSite(frontdesk: Harness, options: { timeZone?: string } = {}): Promise<Site> {
  const workspace = await frontdesk.workspace(options);
  const place = { frontdesk, workspace };
  const dealId = await addDeal(place);
  const lineId = await addDealProduct(place, { dealId });
  const create = (body: object = {}) => workspace.call("POST", path, { deal_product_id: lineId, ...body });
  return {
    workspace,
    dealId,
    lineId,
    create,
    async lineWith(config, name = "Boiler") {
      const body = { name, price: 1, work_order_config: config };
      const product = await workspace.call("POST", "/api/v1/products", body);
      assert.equal(product.status, 201, product.text);
      return addDealProduct(place, { dealId, productId: product.body.data.id, name });
    },
    async add(body) {
      const answer = await create(body);
      assert.equal(answer.status, 201, answer.text);
      return answer.body.data as Row;
    },
    patch: (id, body) => workspace.call("PATCH", `${path}/${id}`, body),
    settings: (body) => workspace.call("PUT", `${path}/settings`, body),
  };
}
