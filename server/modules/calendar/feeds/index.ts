import { module } from "../../../kernel/operation.ts";
import { feedsCrud } from "./feeds.crud.ts";
import { revokeFeedsOf } from "./feeds.store.ts";
import { createCalendarFeed, regenerateCalendarFeed, updateCalendarFeed } from "./write-feeds.ts";
import { parts } from "../../../kernel/row-kinds.ts";

export const calendarFeeds = module({
  name: "calendar-feeds",
  rows: parts("calendar_feeds"),
  setUps: [{ what: "calendar feeds", stop: revokeFeedsOf }],
  operations: [
    feedsCrud.list,
    createCalendarFeed,
    feedsCrud.get,
    updateCalendarFeed,
    regenerateCalendarFeed,
    feedsCrud.remove,
  ],
});
