/** How the conformance tests talk to a server: an agent with a key, and a list of what it has to tidy up. */
import type { Outcome } from "./conformance-tests.ts";

export type ConformanceTarget = {
  baseUrl: string;
  key: string;
  providerId: string;
  /** What the server takes for now, when that is not the present. */
  now?: Date;
  /** What was last sent to an address, where the runner can know; a demo's simulator shows it anyway. */
  mailTo?: (address: string) => Promise<string>;
};

export type Answer = { status: number; body: Record<string, unknown> };
export type Slot = { start_at: string; end_at: string };
export type OfferedService = { id: string; name: string; duration_minutes: number };

export type Client = {
  call(
    capability: string,
    body: Record<string, unknown>,
    options?: { withoutKey?: boolean; key?: string },
  ): Promise<Answer>;
  /** The provider as it stands in a path, and what the server takes for now. */
  readonly provider: string;
  readonly now: Date;
  read(path: string): Promise<{ status: number; text: string; json: Record<string, unknown> }>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Sends a form as a browser does; answers the path of the page it leads to. */
  submit(path: string, form: Record<string, string>): Promise<string>;
  readonly canReadMail: boolean;
  mailTo(address: string): Promise<string>;
  /** A service of the provider with an open slot that no earlier test took. */
  freeSlot(): Promise<{ service: OfferedService; slot: Slot }>;
  customer(): { name: string; email: string };
  /** A booking to cancel when all tests are done. */
  remember(bookingId: unknown): void;
  beginTest(): void;
  /** How long the calls of this test took; looking for a slot is not counted. */
  measuredMs(): number;
  cleanUp(): Promise<void>;
  publish(outcomes: readonly Outcome[]): Promise<void>;
};

const dayMs = 86_400_000;
const daysAhead = 60;

export async function openClient(target: ConformanceTarget): Promise<Client> {
  const base = target.baseUrl.replace(/(?<!\/)\/+$/, "");
  const provider = encodeURIComponent(target.providerId);
  const simulated = await simulatedNow(base, target.key);
  const now = target.now ?? simulated ?? new Date();
  const mailTo =
    target.mailTo ?? (simulated && ((address: string) => simulatedMail(base, target.key, address)));
  const made = new Set<string>();
  const used = new Set<string>();
  let elapsed = 0;

  const post = async (path: string, body: unknown, key?: string): Promise<Answer> => {
    const response = await fetch(`${base}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
    } catch {
      throw new Error(`${path} answered ${response.status} and no JSON`);
    }
  };
  const ask = (capability: string, body: unknown, key?: string) =>
    post(`/providers/${provider}/capabilities/${capability}`, body, key);

  return {
    provider,
    now,
    post,
    async read(path) {
      const response = await fetch(`${base}${path}`);
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      return {
        status: response.status,
        text,
        json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    async submit(path, form) {
      const response = await fetch(`${base}${path}`, {
        method: "POST",
        body: new URLSearchParams(form),
        // As a browser says where a form comes from.
        headers: { origin: new URL(base).origin },
        redirect: "manual",
      });
      if (response.status !== 303) throw new Error(`${path} answered ${response.status} to a form`);
      return response.headers.get("location") ?? path;
    },
    canReadMail: mailTo !== undefined,
    mailTo: async (address) => (await mailTo?.(address)) ?? "",
    async call(capability, body, options = {}) {
      const startedAt = performance.now();
      const answer = await ask(
        capability,
        body,
        options.withoutKey ? undefined : (options.key ?? target.key),
      );
      elapsed += performance.now() - startedAt;
      return answer;
    },
    async freeSlot() {
      const { body } = await ask("booking.list_services", {});
      for (const service of (body["services"] ?? []) as OfferedService[]) {
        for (let day = 1; day <= daysAhead; day += 1) {
          const date = new Date(now.getTime() + day * dayMs).toISOString().slice(0, 10);
          const free = await ask("booking.check_availability", { service_id: service.id, date });
          const slots = (free.body["slots"] ?? []) as Slot[];
          const slot = slots.find((one) => !used.has(one.start_at));
          if (!slot) continue;
          used.add(slot.start_at);
          return { service, slot };
        }
      }
      throw new Error(`the provider has no open slot in the next ${daysAhead} days`);
    },
    customer: () => ({
      name: "Conformance Runner",
      email: `conformance-${crypto.randomUUID().slice(0, 8)}@frontdesk.example`,
    }),
    remember: (bookingId) => void (typeof bookingId === "string" && made.add(bookingId)),
    beginTest: () => void (elapsed = 0),
    measuredMs: () => elapsed,
    async cleanUp() {
      for (const bookingId of made) {
        await ask("booking.cancel_booking", { booking_id: bookingId, reason: "conformance run" }, target.key);
      }
    },
    async publish(outcomes) {
      const answer = await post(
        "/capabilities/conformance-runs",
        { provider_id: target.providerId, runs: outcomes },
        target.key,
      );
      if (answer.status !== 201) {
        throw new Error(
          `the results could not be published: ${answer.status} ${JSON.stringify(answer.body)}`,
        );
      }
    },
  };
}

/** The demo's clock can be moved; other servers have none to ask. */
async function simulatedNow(base: string, key: string): Promise<Date | undefined> {
  const response = await fetch(`${base}/simulator/clock`, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) return undefined;
  const { now } = (await response.json()) as { now?: string };
  return now === undefined ? undefined : new Date(now);
}

/** The demo shows what left it; a mail may take a moment to leave. */
async function simulatedMail(base: string, key: string, address: string): Promise<string> {
  for (let tries = 0; tries < 50; tries += 1) {
    const response = await fetch(`${base}/simulator/outbox`, { headers: { authorization: `Bearer ${key}` } });
    const shown = (await response.json()) as { to: string; body: string }[];
    const mail = shown.findLast((one) => one.to === address);
    if (mail) return mail.body;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return "";
}
