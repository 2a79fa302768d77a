/**
 * The job that the action runs in, as far as it matters here: what it was given, and where it may write. Made of
 * GitHub's own toolkit in `runner.ts`; tests bring their own.
 */
export interface Job {
  readonly env: Readonly<Record<string, string | undefined>>;
  input(name: string): string;
  /** The job's own OIDC token; throws where the job may not have one. */
  idToken(audience: string): Promise<string>;
  /** From now on the runner writes stars instead. */
  mask(secret: string): void;
  output(name: string, value: string): void;
  /** Replaces what this step has put on the run's page. */
  summary(markdown: string): Promise<void>;
  out(text: string): void;
  /** Shown on the run's page. */
  error(text: string): void;
  /** Called when somebody cancels the job, which has a few seconds then. */
  onCancel(tell: () => void): void;
}

/** Tests have less time than GitHub. */
export interface Pace {
  /** Between two looks at a preview. */
  readonly lookEveryMs?: number;
  /** The second that GitHub asks to wait, and the one between two tries at the API. */
  readonly secondMs?: number;
}

/**
 * The runner obeys a line that begins with `::`, and `##[` anywhere. What scanners and tools say comes from the code
 * of a pull request: it is shown, and not obeyed.
 */
export const harmless = (text: string): string => text.replaceAll(/(^|[\r\n])([^\S\r\n]*)::/g, '$1$2: :').replaceAll('##[', '## [');
