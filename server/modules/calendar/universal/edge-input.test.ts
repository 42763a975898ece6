import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import type { OperationError } from "../../../kernel/errors.ts";
import { ProviderError } from "../../../providers/errors.ts";
import { checkBusiness, withGoogle } from "./edge-input.ts";

type Failure = { code: string; retryable?: boolean; status?: number; retryAfterMs?: number };

async function told(failure: Failure): Promise<OperationError> {
  const error = new ProviderError({ provider: "google", message: "no", retryable: false, ...failure });
  try {
    await withGoogle(() => Promise.reject(error));
  } catch (thrown) {
    return thrown as OperationError;
  }
  throw new assert.AssertionError({ message: "it went well" });
}

test("what Google refuses is told in our words, with when to come again", async () => {
  for (const [failure, status] of [
    [{ code: "revoked", status: 401 }, 401],
    [{ code: "conflict", status: 409 }, 409],
    [{ code: "http-400", status: 400 }, 400],
    [{ code: "http-500", status: 500 }, 503],
    [{ code: "not-found" }, 503],
  ] as const) {
    assert.equal((await told(failure)).status, status, failure.code);
  }
  const later = await told({ code: "rate-limited", retryable: true, retryAfterMs: 1500 });
  assert.match(later.fix ?? "", /again later/);
  assert.deepEqual(later.headers, { "retry-after": "2" });
  const never = await told({ code: "not-found" });
  assert.match(never.fix ?? "", /calendar access/);
  assert.equal(never.headers?.["retry-after"], undefined);
  await assert.rejects(
    withGoogle(() => Promise.reject(new TypeError("ours"))),
    TypeError,
  );
  assert.equal(await withGoogle(() => Promise.resolve(7)), 7);
});

test("a token that names a business is good for that one only", () => {
  const as = (claims?: Record<string, unknown>) => ({ actor: { claims } }) as unknown as Ctx;
  const owner = { businessId: "b1", employeeId: "e1", accessToken: "t" };
  checkBusiness(as(), owner);
  checkBusiness(as({}), owner);
  checkBusiness(as({ bizId: "b1" }), owner);
  assert.throws(() => checkBusiness(as({ bizId: "b2" }), owner), { code: "UNAUTHORIZED" });
});
