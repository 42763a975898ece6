import { createHmac, randomUUID } from "node:crypto";
import type { App } from "../../../kernel/app.ts";
import { deriveKey } from "../../../kernel/derive-key.ts";
import type { JobCtx } from "../../../kernel/jobs.ts";
import { ProviderError } from "../../../providers/errors.ts";
import { DAY_MS } from "../slots/wall-clock.ts";
import { accountIn, findLocked, updateConnection } from "./connections.store.ts";

export const notificationsPath = "/google/calendar/notifications";
/** A channel is replaced this long before it ends, so that nothing happens unheard in between. */
const renewBeforeMs = DAY_MS;

/** What comes back with every notification of a channel, and which nobody but us and the provider can know. */
export function channelToken(app: App, channelId: string): string {
  const key = deriveKey(app.ports.secrets.sealing, "calendar channel");
  return createHmac("sha256", key).update(channelId).digest("base64url");
}

/**
 * Has the provider tell us of changes, where it can and we can be reached (over https). That it cannot is no failure: the
 * calendar is read every few minutes anyway.
 */
export async function keepWatching(one: JobCtx, connectionId: string): Promise<void> {
  const connection = await one.transaction((ctx) => findLocked(ctx, connectionId));
  if (!connection?.reads_busy || connection.status !== "active") return;
  const provider = one.app.ports.calendars[connection.provider];
  const address = `${one.app.baseUrl}${notificationsPath}`;
  if (!provider.watch || !address.startsWith("https://")) return;
  const endsAt = connection.channel_expires_at?.getTime() ?? 0;
  if (endsAt - one.app.clock.now().getTime() > renewBeforeMs) return;
  const account = accountIn(one, connection);
  const channelId = randomUUID();
  try {
    const token = channelToken(one.app, channelId);
    const channel = await provider.watch(account, { channelId, token, address });
    if (!channel) return;
    await one.transaction((ctx) =>
      updateConnection(ctx, connectionId, {
        channel_id: channelId,
        channel_resource_id: channel.resourceId,
        channel_expires_at: channel.expiresAt,
      }),
    );
    const { channel_id: oldId, channel_resource_id: resourceId } = connection;
    if (oldId && resourceId) await provider.unwatch?.(account, { channelId: oldId, resourceId });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    one.log.warn({ connectionId, code: error.code }, "a calendar's changes are not told");
  }
}
