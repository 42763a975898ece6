const form = /^[^\s@<>"(),:;\\[\]]+@[^\s@.]+(\.[^\s@.]+)*\.[^\s@.\d]{2,}$/;

/** A complete address: a local part, a domain and a top-level domain. */
export function isEmail(text: string): boolean {
  return text.length <= 320 && form.test(text);
}
