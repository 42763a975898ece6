import { escapeHtml } from "../../../surfaces/html-page.ts";
import { userContent } from "../../../surfaces/user-content.ts";
import type { PublishedRun } from "./conformance.store.ts";
import type { Offered } from "./manifest.ts";
import { manifestKeysPath, manifestPath } from "./manifest.ts";
import type { PublicProvider } from "./provider.ts";

export type CapabilitiesView = {
  offered: readonly Offered[];
  providers: readonly PublicProvider[];
  runs: readonly PublishedRun[];
  /** The kids of the published keys, newest first. */
  signedWith: readonly string[];
};

/** The page as data. */
export function capabilitiesJson({
  offered,
  providers,
  runs,
  signedWith,
}: CapabilitiesView): Record<string, unknown> {
  return {
    manifest: manifestPath,
    manifest_keys: { jwks: manifestKeysPath, kids: signedWith },
    capabilities: offered.map((one) => ({
      name: one.name,
      version: one.version,
      description: one.summary,
      scope: one.scope,
      path: one.path.replace(":provider_id", "{provider_id}"),
    })),
    providers: providers.map((provider) => ({
      provider_id: provider.slug,
      name: userContent(provider.name),
    })),
    conformance_runs: runs.map(({ ran_at, ...run }) => ({ ...run, ran_at: ran_at.toISOString() })),
  };
}

/** The page for people: what agents can do here, and how the latest conformance runs went. */
export function capabilitiesPage({ offered, providers, runs, signedWith }: CapabilitiesView): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Capabilities · Frontdesk</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header class="top">
<h1>Capabilities</h1>
<p>What an AI agent may ask of the businesses here · <a href="${manifestPath}">agent-actions.json</a> · <a href="/docs">API reference</a></p>
</header>
<main id="main">
<h2>What can be done</h2>
${table(
  ["Capability", "Version", "Scope", "What it does"],
  offered.map((one) => [
    one.name,
    one.version,
    one.needsKey ? one.scope : `${one.scope} (open)`,
    one.summary,
  ]),
)}
<h2>How an agent is let in</h2>
<p>Reading is open. For a write the person it acts for says yes once for each business: they see who asks for what, prove their
e-mail address or number with a one-time code, and read the agent a code that works once. They and the business can take it
back at any time.</p>
<h2>How the manifest is signed</h2>
<p>With RS256 over the SHA-256 of its canonical form; the keys are in <a href="${manifestKeysPath}">aam-manifest-jwks.json</a>.
${signedWith.map((kid) => `<code>${escapeHtml(kid)}</code>`).join(" ")}</p>
<h2>Providers</h2>
${
  providers.length === 0
    ? "<p>No business here has a service that anybody may book yet.</p>"
    : table(
        ["Provider", "Name", "Time zone"],
        providers.map((provider) => [provider.slug, provider.name, provider.timeZone]),
      )
}
<h2>Latest conformance runs</h2>
${
  runs.length === 0
    ? "<p>None yet. <code>npm run conformance -- &lt;base url&gt;</code> makes one.</p>"
    : table(
        ["Result", "Provider", "Capability", "Test", "Time", "When"],
        runs.map((run) => [
          run.passed ? "pass" : `fail${run.detail ? `: ${run.detail}` : ""}`,
          run.provider,
          run.capability,
          run.test,
          `${run.duration_ms} ms`,
          `${run.ran_at.toISOString().slice(0, 16).replace("T", " ")} UTC`,
        ]),
      )
}
</main>
</body>
</html>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  return `<table><thead><tr>${cells("th", heads)}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}
