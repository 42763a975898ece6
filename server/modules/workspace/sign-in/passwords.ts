import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import { invalidField } from "../../../kernel/errors.ts";
import { Gate } from "../../../kernel/gate.ts";

/** What one guess costs: 16 MB and, five times over, as long as OWASP asks for. */
const cost = { N: 2 ** 14, r: 8, p: 5 };
const keyLength = 32;
const shortest = 10;
const longest = 200;

/** Refuses what is too easy to guess, or too long to be a password. */
export function checkedPassword(field: string, password: string): string {
  if (password.length < shortest)
    throw invalidField(
      field,
      `needs at least ${shortest} characters`,
      "Choose a longer one: a few words are easy to keep in mind.",
    );
  if (password.length > longest)
    throw invalidField(field, `may have ${longest} characters at most`, "Choose a shorter one.");
  return password;
}

/** The password's hash with its salt and cost beside it, so that the cost can rise later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether it is the password of `stored`. Takes as long when there is none, so that nobody learns who has an account. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, N, r, p, salt, key] = (stored ?? nobody).split("$");
  const wanted = Buffer.from(key ?? "", "base64url");
  const tried = await derive(password.slice(0, longest + 1), Buffer.from(salt ?? "", "base64url"), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return tried.length === wanted.length && timingSafeEqual(tried, wanted) && stored !== undefined;
}

const nobody = `scrypt$${cost.N}$${cost.r}$${cost.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

// A flood of attempts may not take every thread that files and look-ups need as well.
const gate = new Gate(2);
const scryptKey = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

function derive(password: string, salt: Buffer, { N, r, p }: typeof cost): Promise<Buffer> {
  const options = { N, r, p, maxmem: 64 * 1024 * 1024 };
  return gate.pass(() => scryptKey(password.normalize("NFKC"), salt, keyLength, options));
}
