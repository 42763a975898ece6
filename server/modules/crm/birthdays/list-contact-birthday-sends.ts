import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BirthdaySendRecord } from "./birthday-send.ts";

export const { list: listContactBirthdaySends } = crud({
  noun: "birthday_send",
  plural: "birthday_sends",
  table: "birthday_sends",
  surface: workspaceApi,
  section: "Contacts",
  path: "/contacts/:id/birthday-sends",
  parent: { param: "id", column: "contact_id", table: "contacts", noun: "contact" },
  idParam: "sendId",
  names: { list: "list_contact_birthday_sends" },
  summaries: { list: "List the birthday messages a contact was sent, the latest year first." },
  scopes: { read: ["contacts:read"], write: ["contacts:write"] },
  record: BirthdaySendRecord,
  sort: { column: "sent_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) =>
    rows.map(({ workspace_id: _w, contact_id: _c, calendar_year: _y, ...shown }) => shown),
});
