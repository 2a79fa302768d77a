/** Blanks secrets out of text before anyone sees or keeps it. The longest first: one may contain another. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length > 0)
    .toSorted((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, '•••'), text);
}
