import { module } from "../../../kernel/operation.ts";
import { getBirthdayMessages, setBirthdayMessages } from "./birthday-messages.ts";
import { listContactBirthdaySends } from "./list-contact-birthday-sends.ts";
import { sendBirthdayMessages } from "./send-birthday-messages.ts";
import { traces } from "../../../kernel/row-kinds.ts";

export const birthdays = module({
  name: "birthdays",
  operations: [listContactBirthdaySends, getBirthdayMessages, setBirthdayMessages],
  jobs: [sendBirthdayMessages],
  rows: traces("birthday_sends"),
});
