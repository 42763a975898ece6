/** The public side of watched calendars: Google posts here when one has changed. Headers say which; there is no body. */
import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { systemActor } from "../../../kernel/actor.ts";
import type { App } from "../../../kernel/app.ts";
import { isId } from "../../../kernel/ids.ts";
import { one } from "../../../surfaces/http.ts";
import { enqueueSync } from "./sync-calendar.job.ts";
import { channelToken, notificationsPath } from "./watch.ts";

/** Every post is answered 200, whether it means anything to us or not: Google would only try again. */
export function addCalendarNotifications(http: FastifyInstance, app: App): void {
  http.post(notificationsPath, async (request, reply) => {
    await takeNotice(app, request).catch((error: Error) =>
      app.log.warn({ corrId: request.id, error: error.message }, "a calendar's notification was lost"),
    );
    return reply.code(200).send();
  });
}

async function takeNotice(app: App, request: FastifyRequest): Promise<void> {
  const header = (name: string) => one(request.headers[`x-goog-${name}`]) ?? "";
  const channelId = header("channel-id");
  // The first post of a channel only says that it is open.
  if (!isId(channelId) || header("resource-state") === "sync") return;
  if (!isSame(header("channel-token"), channelToken(app, channelId))) return;
  const connection = await app.database.system("identify-webhook", (kysely) =>
    kysely
      .selectFrom("calendar_connections")
      .select(["workspace_id", "id"])
      .where("channel_id", "=", channelId)
      .executeTakeFirst(),
  );
  if (!connection) return;
  const { workspace_id: workspaceId } = connection;
  const actor = systemActor(workspaceId, "google");
  const about = {
    workspaceId,
    actor,
    operation: "calendar_changed",
    surface: "hooks",
    requestId: request.id,
  };
  await app.inWorkspace(about, async (ctx) => enqueueSync(ctx, connection.id));
}

function isSame(given: string, expected: string): boolean {
  const [one_, other] = [Buffer.from(given), Buffer.from(expected)];
  return one_.length === other.length && timingSafeEqual(one_, other);
}
