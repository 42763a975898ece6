import { forbidden } from "../../../kernel/errors.ts";

/**
 * A browser sends our cookie with whatever another page makes it send. So a write that comes with nothing but the cookie
 * must say that it comes from a page of ours: browsers put the page's origin on every write, and no page can forge it.
 */
export function mustComeFromUs(origin: string | undefined, origins: readonly string[]): void {
  const host = origin === undefined || !URL.canParse(origin) ? undefined : new URL(origin).host;
  if (host && origins.some((ours) => URL.canParse(ours) && new URL(ours).host === host)) return;
  throw forbidden("A signed-in browser may change something from this site's own pages only.", {
    fix: "Send the request from a page of this address, or use an API key.",
  });
}
