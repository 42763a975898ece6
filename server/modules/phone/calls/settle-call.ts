import { job } from "../../../kernel/jobs.ts";
import { findNumber } from "../numbers/numbers.store.ts";
import { applyReport } from "./call-reports.ts";
import { lockCall } from "./calls.store.ts";

/**
 * A call that ended without the result of ringing the owner ever arriving: one no longer than the ring window was
 * missed, one that went on was answered.
 */
export const settleCall = job<{ callId: string }>({
  name: "settle-call",
  async run(run, { callId }) {
    await run.transaction(async (ctx) => {
      const call = await lockCall(ctx, callId);
      const number = call && (await findNumber(ctx, call.phone_number_id));
      if (!call || !number || call.outcome !== null || call.from_owner) return;
      const lasted = call.duration_seconds ?? 0;
      await applyReport(ctx, number, call, {
        status: call.status,
        verdict: lasted > number.ring_seconds + 5 ? "answered" : "missed",
        fromDial: false,
        ended: true,
        at: call.ended_at ?? ctx.now,
      });
    });
  },
});
