/** Runs Helm in a workspace and reads its answers. Helm's own words go to the log, never into a failure. */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { failure } from '../failure.ts';
import { parseJson } from '../tool/output.ts';
import type { RunTool, ToolAnswer } from '../tool/run-tool.ts';
import {
  type HelmTarget,
  historyArguments,
  metadataArguments,
  rollbackArguments,
  uninstallArguments,
  valuesArguments,
} from './arguments.ts';
import type { Revision } from './pending.ts';
import { failureKindOf } from './sentence.ts';

export interface HelmConfig {
  /** PATH of the tools. */
  readonly path: string;
  readonly kubeconfig: string;
}

/** Without `--wait` a command takes seconds; the longest wait left is that of a hook, 120 s. */
const commandSecondsMax = 180;
const loggedCharactersMax = 4_000;

const revisions = z.array(z.object({ revision: z.int(), status: z.string(), updated: z.string() }));
const metadata = z.object({ labels: z.record(z.string(), z.string()).default({}) });

export type Helm = ReturnType<typeof createHelm>;

export function createHelm(run: RunTool, { path, kubeconfig }: HelmConfig, workspace: string, env: Readonly<Record<string, string>> = {}) {
  /** Exit code 1 is an answer here: the caller knows which "no" it expects. */
  const ask = (args: readonly string[]): Promise<ToolAnswer> =>
    run({
      file: 'helm',
      args,
      cwd: workspace,
      env: { ...env, PATH: path, HOME: workspace, KUBECONFIG: kubeconfig },
      timeoutSeconds: commandSecondsMax,
      answers: [0, 1],
    });

  const must = async (args: readonly string[]): Promise<string> => read(args, await ask(args));

  /** `null` when there is no such Helm release. */
  const find = async (args: readonly string[]): Promise<string | null> => {
    const answer = await ask(args);
    return answer.exitCode === 1 && /release: not found/.test(answer.stderr) ? null : read(args, answer);
  };

  return {
    ask,
    must,
    async history(target: HelmTarget): Promise<readonly Revision[]> {
      const text = await find(historyArguments(target));
      return text === null ? [] : parseJson(revisions, text, 'helm history');
    },
    /** Of the newest revision. */
    async labels(target: HelmTarget): Promise<Readonly<Record<string, string>>> {
      return parseJson(metadata, await must(metadataArguments(target)), 'helm get metadata').labels;
    },
    async values<T>(target: HelmTarget, schema: z.ZodType<T>): Promise<T> {
      return parseJson(schema, await must(valuesArguments(target)), 'helm get values');
    },
    rollBack: (target: HelmTarget, revision: number) => must(rollbackArguments(target, revision)),
    uninstall: (target: HelmTarget) => must(uninstallArguments(target)),
  };
}

function read([command]: readonly string[], { exitCode, stdout, stderr }: ToolAnswer): string {
  if (exitCode === 0) return stdout;
  Context.current().log.warn('helm failed', { command, stderr: stderr.slice(-loggedCharactersMax) });
  throw failure(failureKindOf(stderr), `helm ${command ?? ''} did not succeed; its log says why`);
}
