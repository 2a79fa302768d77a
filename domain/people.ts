/**
 * Is the subject of a token the person a commit or a waiver names? Git knows addresses, tokens know subjects, and
 * nothing joins the two but what a company says of its people (`people.yaml` in the catalog).
 *
 * In doubt they are the same: that asks one more person, where the other mistake lets somebody approve their own work.
 */

/** `addresses`: what the catalog says of this subject. */
export function isSamePerson(subject: string, addresses: readonly string[], name: string): boolean {
  const own = [subject, ...addresses].map((one) => one.trim().toLowerCase());
  return namesOf(name).some((one) => own.includes(one));
}

/** Every name, in lower case, that stands for the person whom a commit or a waiver names so. */
export const namesOf = (name: string): readonly string[] => {
  const wanted = name.trim().toLowerCase();
  return [...new Set([wanted, accountOf(wanted)])];
};

/** `ana@example.com` is `ana`, and so is GitHub's `4711+ana@users.noreply.github.com`. */
const accountOf = (address: string): string => address.replace(/@.*$/, '').replace(/^\d+\+/, '');
