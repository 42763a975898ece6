import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Static, TSchema } from "typebox";
import type { App } from "../kernel/app.ts";
import { invalidField, validationError } from "../kernel/errors.ts";
import type { TimeTravel } from "../kernel/time-travel.ts";
import { invalidInput, validatorOf } from "../kernel/validation.ts";
import { listOutbox } from "../local-outbox.ts";
import { phoneField } from "../phones.ts";
import { asOperationError } from "../surfaces/failures.ts";
import { workspaceError } from "../surfaces/workspace-api.ts";
import { mustBeDemosClock, mustBeOurNumber, mustHoldDemoKey } from "./access.ts";
import { requireDemo } from "./demo-facts.ts";
import { PhoneCompany } from "./phone-company.ts";
import { phoneHistory } from "./phones.store.ts";
import type { PhoneCall } from "./phones.store.ts";
import { session } from "./session.ts";

const mostSecondsAtOnce = 400 * 24 * 3600;

const ClockMove = Type.Object(
  {
    advance_seconds: Type.Optional(Type.Number({ minimum: 0, maximum: mostSecondsAtOnce })),
    set_to: Type.Optional(Type.String({ format: "date-time" })),
  },
  { additionalProperties: false },
);
const Ring = Type.Object(
  { from: Type.String(), to: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
const Outcome = Type.Object(
  { outcome: Type.Union([Type.Literal("missed"), Type.Literal("answered")]) },
  { additionalProperties: false },
);
const Text = Type.Object(
  {
    from: Type.String(),
    to: Type.Optional(Type.String()),
    body: Type.String({ minLength: 1, maxLength: 1600 }),
  },
  { additionalProperties: false },
);

type Parts = { app: App; travel: TimeTravel; company: PhoneCompany };

type SimulatorRoute = {
  method: "GET" | "POST";
  url: string;
  /** Told to a browser on this machine without the key, or never answered without it. */
  open?: "here";
  answer(parts: Parts, request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
};

/** Every route of the simulator. A new one stands behind the demo's key by being in this list. */
export const simulatorRoutes: readonly SimulatorRoute[] = [
  {
    method: "GET",
    url: "/simulator/session",
    open: "here",
    answer: ({ app }, request) => session(app, request),
  },
  { method: "GET", url: "/simulator/clock", answer: ({ app, travel }) => showClock(app, travel) },
  { method: "POST", url: "/simulator/clock", answer: moveClock },
  { method: "GET", url: "/simulator/outbox", answer: ({ app }, request) => showOutbox(app, request) },
  { method: "POST", url: "/simulator/calls", answer: ring },
  { method: "POST", url: "/simulator/calls/:sid/outcome", answer: endCall },
  { method: "POST", url: "/simulator/texts", answer: text },
  { method: "GET", url: "/simulator/phones/:number", answer: ({ app }, request) => showPhone(app, request) },
];

/**
 * Adds the simulator: a clock that moves, what the local providers "sent" for the demo, and phones to hold. For a person trying
 * Frontdesk and for tests that drive it from outside; never there unless the installation asks for it.
 */
export function addSimulator(http: FastifyInstance, app: App, travel: TimeTravel): void {
  void http.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => fail(app, error, request, reply));
    const parts = { app, travel, company: new PhoneCompany(http, app) };
    for (const { method, url, open, answer } of simulatorRoutes) {
      scope.route({
        method,
        url,
        onRequest: async (request) => {
          if (open !== "here") await mustHoldDemoKey(app, request);
        },
        handler: (request, reply) => answer(parts, request, reply),
      });
    }
    done();
  });
}

async function showOutbox(app: App, request: FastifyRequest): Promise<unknown> {
  const { after: given } = request.query as { after?: string };
  const after = given === undefined ? undefined : instant("after", given);
  const { workspace_id: demo } = await requireDemo(app);
  const entries = await listOutbox(app, demo);
  return entries
    .filter((entry) => after === undefined || entry.at > after)
    .map(({ key, channel, to, from, subject, body, at }) => ({
      id: key,
      channel,
      to,
      from,
      ...(subject === undefined ? {} : { subject }),
      body,
      at: at.toISOString(),
    }));
}

async function showClock(app: App, travel: TimeTravel): Promise<unknown> {
  const now = travel.clock.now();
  const [facts, outlook] = await Promise.all([requireDemo(app), app.jobs.outlook(now)]);
  return {
    now: now.toISOString(),
    frozen: travel.clock.setting.frozenAt !== null,
    time_zone: facts.time_zone,
    next_due_at: outlook.nextDueAt?.toISOString() ?? null,
  };
}

async function moveClock({ app, travel }: Parts, request: FastifyRequest): Promise<unknown> {
  const move = bodyOf(ClockMove, request);
  await mustBeDemosClock(app);
  await travel.moveTo(targetOf(move, travel.clock.now()));
  return { now: travel.clock.now().toISOString() };
}

function targetOf(move: Static<typeof ClockMove>, now: Date): Date {
  if ((move.advance_seconds === undefined) === (move.set_to === undefined)) {
    const message = "exactly one of advance_seconds and set_to is needed";
    throw validationError(`advance_seconds: ${message}.`, {
      fix: 'Send {"advance_seconds": 3600} or {"set_to": "2026-03-02T10:00:00Z"}.',
      details: {
        fields: [
          { field: "advance_seconds", message },
          { field: "set_to", message },
        ],
      },
    });
  }
  if (move.advance_seconds !== undefined) return new Date(now.getTime() + move.advance_seconds * 1000);
  const target = instant("set_to", move.set_to ?? "");
  if (target < now) {
    throw invalidField(
      "set_to",
      `time only goes forward here, and it is ${now.toISOString()} already`,
      "Send an instant that is later than now.",
    );
  }
  if (target.getTime() - now.getTime() > mostSecondsAtOnce * 1000) {
    throw invalidField("set_to", "is more than 400 days ahead", "Move in several steps.");
  }
  return target;
}

async function partiesOf(app: App, { from, to }: { from: string; to?: string }) {
  const parties = {
    from: anyNumber("from", from),
    to: to === undefined ? (await requireDemo(app)).business_number : anyNumber("to", to),
  };
  await mustBeOurNumber(app, parties.to);
  return parties;
}

async function ring({ app, company }: Parts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { callSid, twiml } = await company.ring(await partiesOf(app, bodyOf(Ring, request)));
  return reply.code(201).send({ call_sid: callSid, twiml });
}

async function endCall({ company }: Parts, request: FastifyRequest): Promise<unknown> {
  const { sid } = request.params as { sid: string };
  const { outcome } = bodyOf(Outcome, request);
  const { twiml } = await company.endRinging(sid, outcome);
  return { call_sid: sid, outcome, twiml };
}

async function text({ app, company }: Parts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const written = bodyOf(Text, request);
  const { messageSid } = await company.text({ ...(await partiesOf(app, written)), body: written.body });
  return reply.code(201).send({ message_sid: messageSid });
}

async function showPhone(app: App, request: FastifyRequest): Promise<unknown> {
  const { number } = request.params as { number: string };
  const { workspace_id: demo } = await requireDemo(app);
  const { texts, calls } = await phoneHistory(app, demo, anyNumber("number", number));
  return {
    texts: texts.map(({ key, at, ...written }) => ({ id: key, ...written, at: at.toISOString() })),
    calls: calls.map(shownCall),
  };
}

function shownCall(call: PhoneCall): Record<string, unknown> {
  return {
    call_sid: call.callSid,
    from: call.caller,
    to: call.recipient,
    outcome: call.outcome,
    at: call.at.toISOString(),
  };
}

// Numbers kept free for fiction are not "valid" to a numbering plan, and here they are what people should use.
function anyNumber(field: string, text: string): string {
  return /^\+[1-9]\d{6,14}$/.test(text) ? text : phoneField(field, text);
}

function bodyOf<T extends TSchema>(schema: T, request: FastifyRequest): Static<T> {
  const body = (request.body as { json?: unknown } | undefined)?.json ?? {};
  const validator = validatorOf(schema);
  if (validator.check(body)) return body;
  throw invalidInput(validator.problems(body));
}

function instant(field: string, text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) {
    throw invalidField(field, "is not an ISO 8601 instant", `Send ${field} like 2026-03-02T10:00:00Z.`);
  }
  return at;
}

function fail(app: App, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = asOperationError(error, app.log.child({ corrId: request.id }));
  return reply
    .code(failure.status)
    .headers(failure.headers ?? {})
    .send({ error: workspaceError(failure) });
}
