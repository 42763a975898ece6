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
import { demoFacts } from "./demo-facts.ts";
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

/**
 * The simulator's own routes: a clock that moves, what the local providers "sent", and phones to hold. For a person trying
 * Frontdesk and for tests that drive it from outside; never there unless the installation asks for it.
 */
export function addSimulator(http: FastifyInstance, app: App, travel: TimeTravel): void {
  void http.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => fail(app, error, request, reply));
    addClock(scope, app, travel);
    addPhones(scope, app, new PhoneCompany(http, app));
    scope.get("/simulator/session", (request) => session(app, request));
    scope.get<{ Querystring: { after?: string } }>("/simulator/outbox", async ({ query }) => {
      const after = query.after === undefined ? undefined : instant("after", query.after);
      const entries = await listOutbox(app.database);
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
    });
    done();
  });
}

function addClock(scope: FastifyInstance, app: App, travel: TimeTravel): void {
  scope.get("/simulator/clock", async () => {
    const now = travel.clock.now();
    const [facts, outlook] = await Promise.all([demoFacts(app), app.jobs.outlook(now)]);
    return {
      now: now.toISOString(),
      frozen: travel.clock.setting.frozenAt !== null,
      time_zone: facts?.time_zone ?? null,
      next_due_at: outlook.nextDueAt?.toISOString() ?? null,
    };
  });
  scope.post("/simulator/clock", async (request) => {
    const move = bodyOf(ClockMove, request);
    await travel.moveTo(targetOf(move, travel.clock.now()));
    return { now: travel.clock.now().toISOString() };
  });
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

function addPhones(scope: FastifyInstance, app: App, company: PhoneCompany): void {
  const parties = async ({ from, to }: { from: string; to?: string }) => ({
    from: anyNumber("from", from),
    to: to === undefined ? await businessNumber(app) : anyNumber("to", to),
  });
  scope.post("/simulator/calls", async (request, reply) => {
    const ring = bodyOf(Ring, request);
    const { callSid, twiml } = await company.ring(await parties(ring));
    return reply.code(201).send({ call_sid: callSid, twiml });
  });
  scope.post<{ Params: { sid: string } }>("/simulator/calls/:sid/outcome", async (request) => {
    const { outcome } = bodyOf(Outcome, request);
    const { twiml } = await company.endRinging(request.params.sid, outcome);
    return { call_sid: request.params.sid, outcome, twiml };
  });
  scope.post("/simulator/texts", async (request, reply) => {
    const text = bodyOf(Text, request);
    const { messageSid } = await company.text({ ...(await parties(text)), body: text.body });
    return reply.code(201).send({ message_sid: messageSid });
  });
  scope.get<{ Params: { number: string } }>("/simulator/phones/:number", async ({ params }) => {
    const { texts, calls } = await phoneHistory(app.database, anyNumber("number", params.number));
    return {
      texts: texts.map(({ key, at, ...text }) => ({ id: key, ...text, at: at.toISOString() })),
      calls: calls.map(shownCall),
    };
  });
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

async function businessNumber(app: App): Promise<string> {
  const facts = await demoFacts(app);
  if (facts) return facts.business_number;
  throw invalidField("to", "is required without a demo business", "Send to, the number of the business.");
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
