import { Frontdesk } from "../../../sdk/client.ts";

let apiKey = "";

export function setKey(key: string): void {
  apiKey = key;
}

export function currentKey(): string {
  return apiKey;
}

/** The API of the Frontdesk that serves this page. */
export const desk = new Frontdesk({ apiKey: () => apiKey });
