import { SignJWT } from "jose";
import type { Running } from "../../compose.ts";
import { openApiDocument } from "../../surfaces/openapi.ts";
import { fuzz } from "./fuzz.ts";
import type { FuzzReport, Send } from "./fuzz.ts";
import { openShop } from "./shop.ts";

/** Fuzzes every operation of a running program with a shop's own credentials. Its rate limits should be out of the way. */
export async function fuzzProgram(
  { app, http }: Pick<Running, "app" | "http">,
  options: { requests: number; seed: number },
): Promise<FuzzReport> {
  const shop = await openShop(app);
  const token = await serviceToken(app.ports.secrets.serviceJwt, app.clock.now());
  const credentials: Record<string, string> = {
    workspaceKey: shop.key,
    privateToken: shop.token,
    serviceToken: token,
  };
  const send: Send = async ({ method, path, security, body }) => {
    const credential = security === undefined ? undefined : credentials[security];
    const answer = await http.inject({
      method: method as "GET",
      url: path,
      headers: {
        ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    return {
      status: answer.statusCode,
      contentType: String(answer.headers["content-type"] ?? ""),
      text: answer.body,
    };
  };
  return fuzz(openApiDocument(app.registry.operations), send, options);
}

// The clock of a fuzzed program stands still, so five minutes are enough.
function serviceToken(secret: string, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({ sub: "fuzz" })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("frontdesk")
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 290)
    .sign(new TextEncoder().encode(secret));
}
