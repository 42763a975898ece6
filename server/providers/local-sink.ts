/** A file carried by an e-mail. With a `cid` it is a picture the HTML shows as `cid:…`. */
export type Attachment = { filename: string; contentType: string; content: Uint8Array; cid?: string };

/** One message, or one change to a calendar, that stayed on this machine. `key` is our message id and identifies the entry. */
export type LocalEntry = {
  channel: "sms" | "email" | "calendar";
  key: string;
  /** Whose message it is; a calendar's id says it itself. */
  workspaceId?: string;
  to: string;
  from: string;
  subject?: string;
  body: string;
  html?: string;
  replyTo?: string;
  headers?: Record<string, string>;
  attachments?: Attachment[];
  at: Date;
};

/** Where the local adapters put what they "send", so that a person can see it in the simulator. */
export type LocalSink = {
  /** Stores the entry; putting the same key again must not add a second one. */
  put(entry: LocalEntry): Promise<void>;
  find(key: string): Promise<LocalEntry | undefined>;
  /** Everything of one channel put in for one recipient, oldest first. */
  list(channel: LocalEntry["channel"], to: string): Promise<LocalEntry[]>;
};

/** A sink that forgets on exit: for tests and for trying an adapter on its own. */
export function createMemorySink(): LocalSink & { readonly entries: LocalEntry[] } {
  const entries: LocalEntry[] = [];
  return {
    entries,
    async put(entry) {
      if (!entries.some((known) => known.key === entry.key)) entries.push(entry);
    },
    async find(key) {
      return entries.find((entry) => entry.key === key);
    },
    async list(channel, to) {
      return entries.filter((entry) => entry.channel === channel && entry.to === to);
    },
  };
}
