import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FrontdeskError } from "../../../sdk/client.ts";
import { currentKey } from "./desk.ts";

export type Session = {
  api_key: string;
  workspace: { id: string; slug: string };
  business_number: string;
  owner_number: string;
  time_zone: string;
  services: { id: string; slug: string; name: string; duration_minutes: number }[];
  staff: { id: string; name: string }[];
  customers: { name: string; number: string }[];
};

export type SimulatedClock = {
  now: string;
  frozen: boolean;
  time_zone: string | null;
  next_due_at: string | null;
};

export type PhoneText = {
  id: string;
  direction: "sent" | "received";
  from: string;
  to: string;
  body: string;
  at: string;
};

export type PhoneCall = {
  call_sid: string;
  from: string;
  to: string;
  outcome: "missed" | "answered" | null;
  at: string;
};

const phoneEveryMs = 1_500;

export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: () => get<Session>("/simulator/session"),
    staleTime: Infinity,
    retry: false,
  });
}

export function useClock() {
  return useQuery({
    queryKey: ["clock"],
    queryFn: async () => {
      const clock = await get<SimulatedClock>("/simulator/clock");
      return { ...clock, readAt: performance.now() };
    },
    refetchInterval: 5_000,
  });
}

/** The texts and calls on one phone. Carriers do not push to a browser, so this asks. */
export function usePhone(number: string) {
  return useQuery({
    queryKey: ["phone", number],
    queryFn: () =>
      get<{ texts: PhoneText[]; calls: PhoneCall[] }>(`/simulator/phones/${encodeURIComponent(number)}`),
    refetchInterval: phoneEveryMs,
    enabled: number !== "",
  });
}

/** A mutation after which everything on the page is looked at again. Those on one `line` are carried out one after another. */
export function useAct<In, Out>(act: (input: In) => Promise<Out>, { line }: { line?: string } = {}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    ...(line === undefined ? {} : { scope: { id: line } }),
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" }),
  });
}

export const moveClock = (move: { advance_seconds: number } | { set_to: string }) =>
  post<{ now: string }>("/simulator/clock", move);

export const ring = (from: string) => post<{ call_sid: string; twiml: string }>("/simulator/calls", { from });

export const endRinging = (call: { callSid: string; outcome: "missed" | "answered" }) =>
  post(`/simulator/calls/${call.callSid}/outcome`, { outcome: call.outcome });

export const sendText = (text: { from: string; body: string }) => post("/simulator/texts", text);

const get = <T>(path: string) => request<T>("GET", path);
const post = <T>(path: string, body: unknown) => request<T>("POST", path, body);

type Failure = { error?: { code?: string; message?: string; fix?: string } };

// The simulator's own routes are not part of the API, so the client does not know them.
async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const key = currentKey();
  const response = await fetch(path, {
    method,
    headers: {
      ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new FrontdeskError("UNREACHABLE", 0, "Frontdesk cannot be reached. Is it running?");
  });
  const answer = (await response.json().catch(() => ({}))) as unknown;
  if (response.ok) return answer as T;
  const {
    code = "UNKNOWN",
    message = `The server answered ${response.status}.`,
    fix,
  } = (answer as Failure).error ?? {};
  throw new FrontdeskError(code, response.status, message, { fix });
}
