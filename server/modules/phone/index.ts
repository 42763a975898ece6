import { module } from "../../kernel/operation.ts";
import { listPhoneCallLogs } from "./calls/list-phone-call-logs.ts";
import { settleCall } from "./calls/settle-call.ts";
import { phoneNumbersCrud } from "./numbers/phone-numbers.crud.ts";
import { updatePhoneNumber } from "./numbers/update-phone-number.ts";
import { receiveDialComplete } from "./webhooks/receive-dial-complete.ts";
import { receiveTwilioVoice } from "./webhooks/receive-twilio-voice.ts";
import { receiveVoicemail } from "./webhooks/receive-voicemail.ts";
import { traces } from "../../kernel/row-kinds.ts";

const receiptsMs = 30 * 24 * 60 * 60 * 1000;

export const phone = module({
  name: "phone",
  operations: [
    phoneNumbersCrud.list,
    phoneNumbersCrud.get,
    updatePhoneNumber,
    listPhoneCallLogs,
    receiveTwilioVoice,
    receiveDialComplete,
    receiveVoicemail,
  ],
  rows: traces("calls"),
  // A provider repeats itself for some days at the most.
  sweeps: [
    { table: "webhook_receipts", column: "received_at", keepMs: receiptsMs },
    { table: "unclaimed_webhooks", column: "received_at", keepMs: receiptsMs },
  ],
  jobs: [settleCall],
});
