/** The argument lists of every Terraform command Plimsoll runs. Pure; no value of a variable is ever in one. */

/** Nobody sits at the keyboard, and logs are not a terminal. */
const unattended = ['-input=false', '-no-color'] as const;

/** `-lock=false` is for plans that only look; everything else waits this long for the lock. */
export type Locking = { readonly kind: 'none' } | { readonly kind: 'wait'; readonly seconds: number };

const lockArgs = (locking: Locking): readonly string[] =>
  locking.kind === 'none' ? ['-lock=false'] : [`-lock-timeout=${locking.seconds}s`];

export const versionArgs = (): readonly string[] => ['version', '-json'];

/** Names only: `-diff` would need a `diff` program on the worker. */
export const formatArgs = (folders: readonly string[]): readonly string[] => [
  'fmt',
  '-check',
  '-recursive',
  '-list=true',
  '-no-color',
  ...folders,
];

/**
 * A lock file under review decides the providers' checksums, so init may not change it. Without one, Terraform
 * makes it; the allow-list has then seen every provider by itself.
 */
export const initArgs = (backendFile: string | null, hasLockFile: boolean): readonly string[] => [
  'init',
  ...unattended,
  ...(backendFile === null ? ['-backend=false'] : ['-reconfigure', `-backend-config=${backendFile}`]),
  ...(hasLockFile ? ['-lockfile=readonly'] : []),
];

export const validateArgs = (): readonly string[] => ['validate', '-json', '-no-color'];

export const planArgs = (planFile: string, variableFiles: readonly string[], locking: Locking): readonly string[] => [
  'plan',
  ...unattended,
  '-json',
  '-detailed-exitcode',
  ...lockArgs(locking),
  ...variableFiles.map((file) => `-var-file=${file}`),
  `-out=${planFile}`,
];

export const showArgs = (planFile: string): readonly string[] => ['show', '-json', '-no-color', planFile];

export const applyArgs = (planFile: string, locking: Locking): readonly string[] => [
  'apply',
  ...unattended,
  '-json',
  ...lockArgs(locking),
  planFile,
];

export const unlockArgs = (lockId: string): readonly string[] => ['force-unlock', '-force', lockId];

export const pushStateArgs = (stateFile: string, locking: Locking): readonly string[] => ['state', 'push', ...lockArgs(locking), stateFile];
