/**
 * Is the subject of a token the person a commit or a waiver names? Git knows addresses, tokens know subjects, and
 * nothing joins the two but what a company says of its people (`people.yaml` in the catalog).
 *
 * In doubt they are the same: that asks one more person, where the other mistake lets somebody approve their own work.
 */

/** `addresses`: what the catalog says of this subject. */
export function isSamePerson(subject: string, addresses: readonly string[], name: string): boolean {
  const wanted = name.trim().toLowerCase();
  const own = [subject, ...addresses].map((one) => one.trim().toLowerCase());
  return own.includes(wanted) || own.includes(accountOf(wanted));
}

/** `ana@example.com` is `ana`, and so is GitHub's `4711+ana@users.noreply.github.com`. */
const accountOf = (address: string): string => address.replace(/@.*$/, '').replace(/^\d+\+/, '');
