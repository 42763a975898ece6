import type { Running } from "../server/compose.ts";
import type { DemoFacts } from "../server/demo.ts";
import { listOutbox } from "../server/local-outbox.ts";
import type { LocalEntry } from "../server/providers/local-sink.ts";

type Row = Record<string, string | number | null | undefined>;

const speakers: Record<string, string> = {
  ai: "Receptionist",
  employee: "Team",
  system: "Frontdesk",
};
const nameWidth = 14;
const textWidth = 78;

/** Prints what is said as it is said, and at the end what came of it. */
export class Transcript {
  readonly #running: Running;
  readonly #demo: DemoFacts;
  readonly #customer: string;
  readonly #print: (line: string) => void;
  readonly #seen = new Set<string>();
  #ownerCode: string | undefined;
  #askedCode: string | undefined;
  #day = "";

  constructor(parts: { running: Running; demo: DemoFacts; customer: string; print: (line: string) => void }) {
    this.#running = parts.running;
    this.#demo = parts.demo;
    this.#customer = parts.customer;
    this.#print = parts.print;
  }

  said(who: string, text: string, at = this.#running.app.clock.now()): void {
    const day = this.#format(at, { weekday: "long", day: "numeric", month: "long" });
    if (day !== this.#day) this.#print(`${this.#day === "" ? "" : "\n"}${day}`);
    this.#day = day;
    const time = this.#format(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const [first = "", ...rest] = text.split("\n").flatMap(wrapped);
    this.#print(`  ${time}  ${who.padEnd(nameWidth)}${first}`);
    for (const line of rest) this.#print(`${" ".repeat(9 + nameWidth)}${line}`);
  }

  async note(text: string): Promise<void> {
    this.said("*", text);
    await this.catchUp();
  }

  /** What the customer texts, with the number they were last asked for in place of {code}. */
  async asCustomer(text: string): Promise<string> {
    await this.catchUp();
    return text.replaceAll("{code}", this.#askedCode ?? "{code}");
  }

  /** What the owner texts, begun with the number they were last told to begin with. */
  async asOwner(text: string): Promise<string> {
    await this.catchUp();
    return this.#ownerCode === undefined ? text : `${this.#ownerCode} ${text}`;
  }

  /** Prints what the business sent since the last look; true when some of it went to the customer. */
  async catchUp(): Promise<boolean> {
    const { app } = this.#running;
    const fresh = (await listOutbox(app)).filter(({ key }) => !this.#seen.has(key));
    if (fresh.length === 0) return false;
    const senders = await this.#senders();
    for (const entry of fresh) {
      this.#seen.add(entry.key);
      if (entry.to === this.#customer)
        this.#askedCode = /\breply (\d{4}) to/i.exec(entry.body)?.[1] ?? this.#askedCode;
      if (entry.to === this.#demo.owner_number)
        this.#ownerCode = /start with (\d{4})/.exec(entry.body)?.[1] ?? this.#ownerCode;
      this.said(this.#speakerOf(entry, senders), entry.subject ? `${entry.subject}` : entry.body, entry.at);
    }
    return fresh.some(({ to }) => to === this.#customer);
  }

  /** The booking, the scheduled messages and what was held back. */
  async outcome(): Promise<void> {
    await this.catchUp();
    const bookings = await this.#rows("/api/v1/scheduling-bookings");
    this.#heading("Bookings");
    for (const one of bookings) {
      const what = one["event_type_name"] ?? one["title"] ?? "Booking";
      const who = one["booker_name"] ? `, ${one["booker_name"]}` : "";
      this.#print(`  ${this.#moment(one["starts_at"])}  ${what}${who} (${one["status"]})`);
    }
    if (bookings.length === 0) this.#print("  none");
    const messages = await this.#rows("/api/v1/scheduled-messages");
    this.#heading("Scheduled messages");
    for (const one of messages) {
      const why = one["reason"] ? `, ${String(one["reason"]).replaceAll("_", " ")}` : "";
      this.#print(
        `  ${this.#moment(one["due_at"])}  ${one["kind"]} by ${one["channel"]} (${one["status"]}${why})`,
      );
    }
    if (messages.length === 0) this.#print("  none");
    const held = await this.#rows("/api/v1/sms/guard-decisions");
    if (held.length === 0) return;
    this.#heading("Held back");
    for (const one of held) {
      this.#print(`  ${this.#moment(one["created_at"])}  ${one["guard"]}: ${one["explanation"]}`);
    }
  }

  #speakerOf(entry: LocalEntry, senders: Map<string, string>): string {
    if (entry.channel === "email") return "E-mail";
    if (entry.to === this.#demo.owner_number) return "→ Owner";
    return speakers[senders.get(entry.key) ?? "system"] ?? "Frontdesk";
  }

  async #senders(): Promise<Map<string, string>> {
    const senders = new Map<string, string>();
    for (const { id } of await this.#rows("/api/v1/sms/conversations")) {
      for (const message of await this.#rows(`/api/v1/sms/conversations/${id}/messages`)) {
        senders.set(String(message["id"]), String(message["sender"]));
      }
    }
    return senders;
  }

  async #rows(path: string): Promise<Row[]> {
    const response = await this.#running.http.inject({
      method: "GET",
      url: `${path}?limit=100`,
      headers: { authorization: `Bearer ${this.#demo.api_key}` },
    });
    if (response.statusCode !== 200)
      throw new Error(`${path} answered ${response.statusCode}: ${response.body}`);
    return response.json<{ data: Row[] }>().data;
  }

  #heading(text: string): void {
    this.#print(`\n${text}`);
  }

  #moment(at: Row[string]): string {
    return this.#format(new Date(String(at)), {
      weekday: "short",
      day: "2-digit",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  }

  #format(at: Date, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat("en-GB", { timeZone: this.#demo.time_zone, ...options }).format(at);
  }
}

function wrapped(paragraph: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > textWidth) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
