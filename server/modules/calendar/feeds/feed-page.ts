import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { anonymous } from "../../../kernel/actor.ts";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { RateLimit } from "../../../kernel/rate-limit.ts";
import { isMakerThere } from "../../../makers.ts";
import { one } from "../../../surfaces/http.ts";
import { countCall } from "../../../surfaces/limits.ts";
import { hashOfToken } from "../../workspace/sign-in/tokens.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { entryOf } from "./feed-file.ts";
import type { CalendarFeed } from "./feed.ts";
import { bookingsGivenBy, feedOfToken, nameOfMember, noteRead } from "./feeds.store.ts";

type Request = FastifyRequest<{ Params: { file: string } }>;

const fileForm = /^([\w-]{43})\.ics$/;
/** Programs ask every few minutes at most; several devices of one owner may ask at once. */
const readsPerSecond = 0.2;
const readsAtOnce = 30;
const reads = new WeakMap<App, RateLimit>();

/** The calendar behind a secret address. Unknown, revoked and regenerated addresses look the same. */
export function addCalendarFeeds(http: FastifyInstance, app: App): void {
  http.get<{ Params: { file: string } }>("/calendar/:file", async (request, reply) => {
    countCall(app, anonymous, request.ip);
    const token = fileForm.exec(request.params.file)?.[1];
    const feed = token ? await feedOfToken(app, hashOfToken(token)) : undefined;
    const wait = feed && waitFor(app, feed);
    if (wait !== undefined) {
      return say(reply.header("retry-after", String(wait)), 429, "This calendar is read too often.");
    }
    const text = feed && (await textOf(app, request, feed));
    return text === undefined ? say(reply, 404, "There is no such calendar.") : send(request, reply, text);
  });
}

function waitFor(app: App, feed: CalendarFeed): number | undefined {
  let limit = reads.get(app);
  if (!limit) reads.set(app, (limit = new RateLimit(app.clock, readsPerSecond, readsAtOnce)));
  return limit.take(feed.id);
}

async function textOf(app: App, request: Request, feed: CalendarFeed): Promise<string | undefined> {
  const { workspace_id: workspaceId } = feed;
  const actor = { ...anonymous, id: feed.id, name: "Calendar program", workspaceId, scopes: undefined };
  const about = {
    workspaceId,
    actor,
    operation: "read_calendar_feed",
    surface: "page",
    requestId: request.id,
  };
  const read = await app.inWorkspace(about, async (ctx) => readFeed(ctx, feed));
  if (!read) return undefined;
  const { calendarText } = await import("../../../providers/calendar/ical-write.ts");
  return calendarText(read.entries, { name: read.name, refreshEvery: "PT1H" });
}

async function readFeed(ctx: Ctx, feed: CalendarFeed) {
  const member = await nameOfMember(ctx, feed.member_id);
  // Whoever was told the address reads with it, for as long as they may read anything here.
  if (member === undefined || !(await isMakerThere(ctx, feed))) return undefined;
  const { name: company } = await workspaceOf(ctx);
  const bookings = await bookingsGivenBy(ctx, feed.member_id);
  await noteRead(ctx, feed);
  return { name: `${member}, ${company}`, entries: bookings.map((booking) => entryOf(booking, feed.shows)) };
}

function send(request: Request, reply: FastifyReply, text: string): FastifyReply {
  const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
  void reply
    .header("etag", etag)
    // Asked again every time, and kept by nobody on the way.
    .header("cache-control", "private, no-cache")
    .header("x-robots-tag", "noindex")
    .header("referrer-policy", "no-referrer");
  if (knows(one(request.headers["if-none-match"]), etag)) return reply.code(304).send();
  return reply
    .code(200)
    .header("content-disposition", 'inline; filename="bookings.ics"')
    .type("text/calendar; charset=utf-8")
    .send(text);
}

/** Whether If-None-Match names this version; proxies that compress call it weak. */
function knows(header: string | undefined, etag: string): boolean {
  const named = (header ?? "").split(",").map((part) => part.trim().replace(/^W\//, ""));
  return named.includes(etag) || named.includes("*");
}

function say(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply
    .code(status)
    .header("cache-control", "no-store")
    .type("text/plain; charset=utf-8")
    .send(`${text}\n`);
}
