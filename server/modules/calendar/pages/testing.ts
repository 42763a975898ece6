/** What the page tests share: a browser without scripts, which keeps its cookies and sends what forms send. */
import assert from "node:assert/strict";
import type { Answer, Harness } from "../../../testing/harness.ts";

export type Browser = {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Posts as a form of our own page would. */
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Posts and goes where the answer leads. */
  submit(path: string, form: Record<string, string>): Promise<Answer & { at: string }>;
};

export function browserOf(frontdesk: Harness, usual: Record<string, string> = {}): Browser {
  const cookies = new Map<string, string>();
  const ask = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    form?: Record<string, string>,
  ) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = { ...usual, ...(cookie ? { cookie } : {}), ...headers };
    const answer = await frontdesk.call(method, path, { headers: all, ...(form ? { form } : {}) });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  const post: Browser["post"] = (path, form, headers = {}) =>
    ask("POST", path, { origin: "http://frontdesk.test", ...headers }, form);
  return {
    get: (path, headers = {}) => ask("GET", path, headers),
    post,
    submit: async (path, form) => {
      const answer = await post(path, form);
      assert.equal(answer.status, 303, answer.text.slice(0, 2000));
      const at = answer.headers["location"] ?? "";
      return { ...(await ask("GET", at, {})), at };
    },
  };
}

/** The values of a form's hidden fields, unescaped as far as the tests need. */
export function hiddenIn(page: string): Record<string, string> {
  const found = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return Object.fromEntries(found.map(([, name, value]) => [name ?? "", value ?? ""]));
}
