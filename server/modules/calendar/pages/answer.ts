/** From a request to a page: the frame it stands in, the workspace it is about, and what everybody sees who is lost. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { markup } from "../../../surfaces/markup.ts";
import { inCompany } from "./company.ts";
import type { Company } from "./company.ts";
import type { Messages } from "./languages/en.ts";
import { sendBookingPage } from "./layout.ts";
import type { Frame, Page } from "./layout.ts";
import { queryOf, visitorOf } from "./visitor.ts";
import type { Visitor } from "./visitor.ts";

export type CompanyFrame = Frame & { company: Company };

/** A page to show, or the address to go on at. */
export type Answer = Page | { goTo: string };

export function frameOf(app: App, request: FastifyRequest): Frame {
  const [path = "/"] = request.url.split("?");
  return { app, visitor: visitorOf(request), company: undefined, path, query: queryOf(request) };
}

/** What `work` answers in the company's workspace; undefined for a company there is none of, or when `work` finds nothing. */
export function inFrame<T>(
  request: FastifyRequest,
  frame: Frame,
  about: { slug: string; operation: string },
  work: (ctx: Ctx, frame: CompanyFrame) => Promise<T | undefined>,
): Promise<T | undefined> {
  return inCompany(frame.app, request, about.slug, about.operation, (ctx, company) =>
    work(ctx, { ...frame, company, visitor: atHome(frame.visitor, company) }),
  );
}

/** Of a visitor whose country is not known it is taken to be the business's: it decides how dates and times are written. */
function atHome(visitor: Visitor, company: Company): Visitor {
  if (visitor.locale !== "en") return visitor;
  return { ...visitor, locale: `en-${company.country}` };
}

/** Sends what `work` answered in the frame it answered in; nothing is the page of those who are lost. */
export function sendAnswer(
  reply: FastifyReply,
  frame: Frame,
  answered: { frame: Frame; answer: Answer } | undefined,
  unknown: (m: Messages) => Page = unknownPage,
): FastifyReply {
  if (!answered) return sendBookingPage(reply, frame, unknown(frame.visitor.messages));
  const { answer } = answered;
  if (!("goTo" in answer)) return sendBookingPage(reply, answered.frame, answer);
  return reply.header("cache-control", "no-store").redirect(answer.goTo, 303);
}

/** Sends what `work` answers in the company's workspace. */
export async function answerInFrame(
  request: FastifyRequest,
  reply: FastifyReply,
  frame: Frame,
  about: { slug: string; operation: string },
  work: (ctx: Ctx, frame: CompanyFrame) => Promise<Answer | undefined>,
): Promise<FastifyReply> {
  const answered = await inFrame(request, frame, about, async (ctx, inside) => {
    const answer = await work(ctx, inside);
    return answer && { frame: inside, answer };
  });
  return sendAnswer(reply, frame, answered);
}

/** Wrong company, wrong service, private or put away: all look the same. */
function unknownPage(m: Messages): Page {
  return {
    status: 404,
    title: m.unknownTitle,
    body: markup`<h1>${m.unknownTitle}</h1>\n<p>${m.unknownText}</p>`,
  };
}

/** The same for a management link: nothing tells whether it ever was one. */
export function unknownLinkPage(m: Messages): Page {
  return {
    status: 404,
    title: m.unknownLinkTitle,
    body: markup`<h1>${m.unknownLinkTitle}</h1>\n<p>${m.unknownLinkText}</p>`,
  };
}
