import { module } from "../../kernel/operation.ts";
import { listPhoneCallLogs } from "./calls/list-phone-call-logs.ts";
import { settleCall } from "./calls/settle-call.ts";
import { phoneNumbersCrud } from "./numbers/phone-numbers.crud.ts";
import { updatePhoneNumber } from "./numbers/update-phone-number.ts";
import { receiveDialComplete } from "./webhooks/receive-dial-complete.ts";
import { receiveTwilioVoice } from "./webhooks/receive-twilio-voice.ts";
import { receiveVoicemail } from "./webhooks/receive-voicemail.ts";
import { traces } from "../../kernel/row-kinds.ts";

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
  jobs: [settleCall],
});
