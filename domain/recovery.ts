/** One recovery at a time for one release, however many of its runs were abandoned: a record has one writer. */
export const recoveryIdOf = (releaseId: string): string => `recover/${releaseId}`;
