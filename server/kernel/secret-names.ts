const credentialName = /auth|key|token|secret|cookie|password|signature/i;

/** Whether what stands under a name, of a header or of a field, is probably a credential. */
export function isSecretName(name: string): boolean {
  return credentialName.test(name);
}
