/** What the program that mounts these commands gives. */
export interface Host {
  readonly env: NodeJS.ProcessEnv;
  out(text: string): void;
  err(text: string): void;
}
