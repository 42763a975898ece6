import { SignJWT } from "jose";
import { nameOf } from "../../kernel/registry.ts";
import { openApiDocument } from "../../surfaces/openapi.ts";
import { validInput } from "../generated/requests.ts";
import type { Harness, TestWorkspace } from "../harness.ts";
import { privateScopes } from "../../scopes.ts";
import { fuzz } from "./fuzz.ts";
import type { FuzzReport, Send } from "./fuzz.ts";

/** Fuzzes every operation of a running program with a shop's own credentials. Its rate limits should be out of the way. */
export async function fuzzProgram(
  frontdesk: Harness,
  options: { requests: number; seed: number },
): Promise<FuzzReport> {
  const { app, http } = frontdesk;
  const token = await serviceToken(app.ports.secrets.serviceJwt, app.clock.now());
  const credentialsOf = async (workspace: TestWorkspace) => ({
    workspaceKey: workspace.key,
    privateToken: await workspace.privateToken(privateScopes),
    serviceToken: token,
  });
  const credentials: Record<string, string> = await credentialsOf(await frontdesk.workspace());
  const send: Send = async ({ method, path, security, body, from }) => {
    const credential = security === undefined ? undefined : (from?.credentials ?? credentials)[security];
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
  const operations = new Map(app.registry.operations.map((one) => [nameOf(one), one]));
  // An alias and a route that two operations share go by more than the name of one.
  const named = (operationId: string) =>
    operations.get(operationId.split("+")[0]?.split(".").slice(0, 2).join(".") ?? "");
  const example = async (operationId: string) => {
    const operation = named(operationId);
    if (!operation) return undefined;
    // In a workspace of its own: what the others have changed must not spoil it.
    const workspace = await frontdesk.workspace();
    return {
      input: await validInput(operation, { frontdesk, workspace }),
      credentials: await credentialsOf(workspace),
    };
  };
  return fuzz(openApiDocument(app.registry.operations), send, { ...options, example });
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
