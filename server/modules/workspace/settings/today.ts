import type { Ctx } from "../../../kernel/context.ts";
import { wallTimeAt } from "../../calendar/slots/wall-clock.ts";
import { workspaceOf } from "./settings.ts";

/** The date on the workspace's wall, YYYY-MM-DD. */
export async function todayOf(ctx: Ctx): Promise<string> {
  return wallTimeAt(ctx.now.getTime(), (await workspaceOf(ctx)).timeZone).date;
}
