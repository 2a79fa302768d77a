/** The job as GitHub's runner has it: its files, its variables, and what it reads from the log. */
import * as core from '@actions/core';
import { harmless, type Job } from './job.ts';

export const runnerJob = (env: NodeJS.ProcessEnv): Job => ({
  env,
  input: (name) => core.getInput(name),
  // The toolkit masks it.
  idToken: (audience) => core.getIDToken(audience),
  mask: (secret) => core.setSecret(secret),
  output: (name, value) => core.setOutput(name, value),
  summary: async (markdown) => {
    core.summary.emptyBuffer().addRaw(markdown, true);
    await core.summary.write({ overwrite: true });
  },
  out: (text) => void process.stdout.write(harmless(text)),
  error: (text) => core.error(harmless(text)),
  onCancel: (tell) =>
    void process.once('SIGINT', () => {
      tell();
      // As a shell says that somebody interrupted it.
      process.exit(130);
    }),
});
