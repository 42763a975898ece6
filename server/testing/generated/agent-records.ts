import { agentCode, idOfLink, oneTimeCode } from "../../modules/calendar/capability/consent/codes.ts";
import { consentsAt } from "../../modules/calendar/capability/consent/testing.ts";
import { ours } from "../../modules/workspace/members/test-people.ts";
import type { Place } from "./fixtures.ts";

type Input = Record<string, unknown>;

/** How the records of people's consents come to be: somebody asks, proves who they are, and has a code for their agent. */
export const agentRecords: Record<string, (place: Place) => Promise<string>> = {
  agent_consent: async (place) => {
    await confirmedCode(place);
    const answer = await place.workspace.call("GET", "/api/v1/agent-consents");
    return (answer.body.data as { id: string }[])[0]?.id ?? "";
  },
};

export const agentInputs: Record<string, (place: Place) => Promise<Input>> = {
  "capability.exchange_consent_code": async (place) => ({
    provider_id: place.workspace.id,
    code: await confirmedCode(place),
  }),
  "capability.hold_slot": async (place) => ({
    service_id: await publicService(place),
    start_at: "2026-03-03T10:00:00Z",
  }),
};

// The mail is not waited for: where nobody works, none is sent.
async function confirmedCode(place: Place): Promise<string> {
  const { app, call } = place.frontdesk;
  await publicService(place);
  const asked = await consentsAt(place.frontdesk).ask(place.workspace);
  const page = String(asked.headers["location"]);
  const id = idOfLink(app, page.split("/").at(-1) ?? "") ?? "";
  await call("POST", page, {
    form: { action: "confirm", code: oneTimeCode(app, id, 1) },
    headers: ours,
  });
  return agentCode(app, id);
}

let services = 0;

async function publicService({ workspace }: Place): Promise<string> {
  const answer = await workspace.call("POST", "/api/v1/scheduled-event-types", {
    name: `Leak repair ${++services}`,
    is_bookable: true,
  });
  return answer.body.data.id as string;
}
