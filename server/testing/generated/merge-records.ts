/** How merges come to be in the generated tests. */
import assert from "node:assert/strict";
import type { Place } from "./fixtures.ts";

const person = { first_name: "Paul" };
const firm = { name: "Acme" };

async function made({ workspace }: Place, path: string, body: object): Promise<string> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

export const mergeRecords: Record<string, (place: Place) => Promise<string>> = {
  company: (place) => made(place, "/api/v1/companies", firm),
  merge: async (place) => {
    const [survivor, duplicate] = [
      await made(place, "/api/v1/contacts", person),
      await made(place, "/api/v1/contacts", person),
    ];
    const path = `/api/v1/contacts/${survivor}/merge`;
    const answer = await place.workspace.call("POST", path, { duplicate_id: duplicate });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data.merge.id as string;
  },
};

export const mergeInputs: Record<string, (place: Place) => Promise<Record<string, unknown>>> = {
  "workspace.merge_contact": async (place) => ({
    duplicate_id: await made(place, "/api/v1/contacts", person),
  }),
  "workspace.merge_company": async (place) => ({
    duplicate_id: await made(place, "/api/v1/companies", firm),
  }),
};
