/** Many bookers who all want the same times, and do everything a booker can do: hold, book, move, cancel, think again. */
import type { App } from "../../kernel/app.ts";
import type { Ctx } from "../../kernel/context.ts";
import { newId } from "../../kernel/ids.ts";
import { book } from "../../modules/calendar/bookings/book.ts";
import { cancel } from "../../modules/calendar/bookings/cancel.ts";
import { holdSlot, releaseHold } from "../../modules/calendar/bookings/holds/hold.ts";
import { reschedule } from "../../modules/calendar/bookings/reschedule.ts";
import { findService } from "../../modules/calendar/services/services.store.ts";
import { inside, startEveryMs } from "./arena.ts";
import type { Arena } from "./arena.ts";
import { randomFrom } from "../random.ts";

export type Tally = { counts: Record<string, number>; unexpected: string[] };

export type Contention = {
  attempts: number;
  seed: number;
  /** Which of how many nodes this is: the fair starts are dealt out among them. */
  node: number;
  nodes: number;
  /** How many at once on this node. */
  atOnce: number;
};

/** Makes the attempts and counts what became of them. What was refused was refused properly, or is unexpected. */
export async function contend(app: App, arena: Arena, options: Contention): Promise<Tally> {
  const booker = new Booker(app, arena, options);
  let left = options.attempts;
  await Promise.all(
    Array.from({ length: options.atOnce }, async () => {
      while (left > 0) {
        left -= 1;
        await booker.attempt();
      }
    }),
  );
  return booker.tally;
}

class Booker {
  readonly tally: Tally = { counts: {}, unexpected: [] };
  readonly #app: App;
  readonly #arena: Arena;
  readonly #random: () => number;
  readonly #nodes: number;
  #fairStart: number;
  readonly #booked: string[] = [];

  constructor(app: App, arena: Arena, { seed, node, nodes }: Contention) {
    this.#app = app;
    this.#arena = arena;
    this.#random = randomFrom(seed * 31 + node);
    this.#nodes = nodes;
    this.#fairStart = node;
  }

  async attempt(): Promise<void> {
    const dice = this.#random();
    if (dice < 0.4) this.#remember(await this.#count("booked", (ctx) => this.#book(ctx)));
    else if (dice < 0.6) await this.#hold();
    else if (dice < 0.75) await this.#count("moved", (ctx) => this.#move(ctx));
    else if (dice < 0.93) await this.#count("cancelled", (ctx) => this.#cancel(ctx));
    else if (dice < 0.96) this.#remember(await this.#count("inserted", (ctx) => this.#insert(ctx)));
    else await this.#bookFair();
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  #start(): Date {
    const step = Math.floor(this.#random() * this.#arena.starts);
    return new Date(this.#arena.from + step * startEveryMs);
  }

  async #count<T>(
    what: string,
    work: (ctx: Ctx) => Promise<T>,
    workspaceId = this.#arena.workspaceId,
  ): Promise<T | undefined> {
    try {
      const done = await inside(this.#app, workspaceId, work);
      this.#add(done === undefined ? "nothing to do" : what);
      return done;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === "SLOT_UNAVAILABLE" || (what === "inserted" && code === "23P01")) {
        this.#add("refused");
      } else if (code === "CONFLICT") this.#add("too late");
      else this.tally.unexpected.push(`${what}: ${code ?? ""} ${message}`);
      return undefined;
    }
  }

  #add(what: string): void {
    this.tally.counts[what] = (this.tally.counts[what] ?? 0) + 1;
  }

  async #wanted(ctx: Ctx) {
    const service = await findService(ctx, { id: this.#pick(Object.values(this.#arena.services)) });
    if (!service) throw new Error("the service is gone");
    // Some bookers are people the workspace knows, so that they also wait for each other's records.
    const known = this.#random() < 0.1 ? { email: `known${this.#pick([1, 2, 3])}@example.com` } : {};
    const postalCode = this.#pick(["N1 9GU", "SE1 7PB", undefined]);
    return { service, startsAt: this.#start(), customer: known, postalCode, source: "console" as const };
  }

  async #book(ctx: Ctx): Promise<string> {
    return (await book(ctx, await this.#wanted(ctx))).id;
  }

  #remember(committed: string | undefined): void {
    if (committed) this.#booked.push(committed);
  }

  /** Holds, and then books it, gives it back, or leaves it to expire. */
  async #hold(): Promise<void> {
    const taken = await this.#count("held", async (ctx) => {
      const wanted = await this.#wanted(ctx);
      const hold = await holdSlot(ctx, { ...wanted, minutes: 1, heldBy: "contention" });
      return { wanted, holdId: hold.id };
    });
    if (!taken) return;
    const { wanted, holdId } = taken;
    const dice = this.#random();
    if (dice < 0.6) {
      const work = async (ctx: Ctx) => (await book(ctx, { ...wanted, holdId })).id;
      this.#remember(await this.#count("booked what was held", work));
    } else if (dice < 0.85) await this.#count("released", (ctx) => releaseHold(ctx, holdId));
  }

  async #move(ctx: Ctx): Promise<string | undefined> {
    const id = this.#pick(this.#booked);
    if (!id) return undefined;
    return (await reschedule(ctx, id, { startsAt: this.#start() })).id;
  }

  async #cancel(ctx: Ctx): Promise<string | undefined> {
    const id = this.#pick(this.#booked);
    return id && (await cancel(ctx, id)).id;
  }

  /** Past everything: a row as an import or a person at a prompt would write it. */
  async #insert(ctx: Ctx): Promise<string> {
    const id = newId(ctx.now);
    const startsAt = this.#start();
    const endsAt = new Date(startsAt.getTime() + 3_600_000);
    await ctx.db
      .insert("bookings", {
        id,
        member_id: this.#pick(this.#arena.memberIds),
        title: "Inserted",
        starts_at: startsAt,
        ends_at: endsAt,
        blocked_from: startsAt,
        blocked_until: endsAt,
        timezone: "UTC",
        status: "confirmed",
        source: "console",
        attendees: "[]",
        created_at: ctx.now,
        updated_at: ctx.now,
      } as never)
      .execute();
    return id;
  }

  /** A start of its own each time, so that everybody is free for it and only the turns decide. */
  async #bookFair(): Promise<void> {
    const { workspaceId, service: serviceId } = this.#arena.fair;
    const startsAt = new Date(this.#arena.from + this.#fairStart * startEveryMs);
    this.#fairStart += this.#nodes;
    const work = async (ctx: Ctx) => {
      const service = await findService(ctx, { id: serviceId });
      return (await book(ctx, { service, startsAt, customer: {}, source: "console" })).id;
    };
    await this.#count("booked in turn", work, workspaceId);
  }
}
