/** Who may post to the booking pages: forms of our own pages, and not too often from one address. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { networkOf } from "../../../kernel/addresses.ts";
import type { App } from "../../../kernel/app.ts";
import { OperationError } from "../../../kernel/errors.ts";
import { RateLimit } from "../../../kernel/rate-limit.ts";
import { mustComeFromOurPages } from "../../../surfaces/http.ts";
import { markup } from "../../../surfaces/markup.ts";
import { countCall } from "../../../surfaces/limits.ts";
import { anonymous } from "../../../kernel/actor.ts";
import { sendBookingPage } from "./layout.ts";
import type { Frame } from "./layout.ts";

const postsPerSecond = 0.2;
const postsAtOnce = 40;

const posts = new WeakMap<App, RateLimit>();

/** Counts one look at a page; throws the 429 when it is one too many. */
export function countLook(app: App, request: FastifyRequest): void {
  countCall(app, anonymous, request.ip);
}

/** Sends the page that refuses a form; undefined when it may be taken. */
export function refusalOf(
  request: FastifyRequest,
  reply: FastifyReply,
  frame: Frame,
  slug: string,
): FastifyReply | undefined {
  const { app } = frame;
  const { messages: m } = frame.visitor;
  try {
    mustComeFromOurPages(app, request);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const body = markup`<h1>${m.notFromHereTitle}</h1><p>${m.notFromHere}</p>`;
    return sendBookingPage(reply, frame, { status: 403, title: m.notFromHereTitle, body });
  }
  let limit = posts.get(app);
  if (!limit) posts.set(app, (limit = new RateLimit(app.clock, postsPerSecond, postsAtOnce)));
  const waitSeconds = limit.take(`${networkOf(request.ip)} ${slug}`);
  if (waitSeconds === undefined) return undefined;
  void reply.header("retry-after", String(waitSeconds));
  const body = markup`<h1>${m.tooManyTitle}</h1><p>${m.tooMany}</p>`;
  return sendBookingPage(reply, frame, { status: 429, title: m.tooManyTitle, body });
}
