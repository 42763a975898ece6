import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { settingsOf } from "../../workspace/settings/settings.ts";
import { PhoneNumberRecord, presentNumber } from "./number.ts";
import { completed } from "./numbers.store.ts";

export const phoneNumbersCrud = crud({
  noun: "phone_number",
  plural: "phone_numbers",
  table: "phone_numbers",
  surface: workspaceApi,
  section: "Phone",
  path: "/phone/numbers",
  scopes: { read: ["phone:read"], write: ["phone:write"] },
  record: PhoneNumberRecord,
  sort: { column: "created_at", direction: "asc", kind: "timestamp" },
  summaries: { list: "List the company's phone numbers.", get: "Get one phone number." },
  async present(ctx, rows) {
    const settings = await settingsOf(ctx);
    return rows.map((row) => presentNumber(completed(row, settings)));
  },
  filters: {
    status: {
      schema: Type.Union(["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED"].map((status) => Type.Literal(status))),
      where: (query, value: string) => query.where("status", "=", value),
    },
  },
});
