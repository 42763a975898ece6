const local = /^[^\s@<>"(),:;\\[\].]+(?:\.[^\s@<>"(),:;\\[\].]+)*$/;
const domain = /^(?:[\p{L}\p{M}\p{N}-]+\.)+(?:\p{L}[\p{L}\p{M}]+|xn--[\da-z-]+)$/iu;
const looseHyphen = /(?:^|\.)-|-(?:\.|$)/;

/**
 * A complete address: a local part, a domain and a top-level domain. Dots stand between something, names of the domain
 * neither begin nor end with a hyphen: no mail server takes others.
 */
export function isEmail(text: string): boolean {
  const at = text.indexOf("@");
  if (text.length > 320 || at < 1) return false;
  const host = text.slice(at + 1);
  return local.test(text.slice(0, at)) && domain.test(host) && !looseHyphen.test(host);
}
