/**
 * The three checks of a root before any credential exists. They run at once and share nothing but the code; a
 * check that could not read all of it answers `error`, which denies.
 */
import { relative } from 'node:path';
import { z } from 'zod';
import type { RootRef, TerraformPort } from '../../domain/ports.ts';
import { parseJson } from '../tool/output.ts';
import type { BlobStore } from '../tool/store.ts';
import type { WithWorkspace } from '../tool/workspace.ts';
import { allowListRules, allowListTool, violationsOf } from './allow-list.ts';
import { formatArgs, initArgs, validateArgs, versionArgs } from './arguments.ts';
import type { Root, RunTerraform } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { formatAnswers, formatFindings, formatProblems, formatTool } from './format.ts';
import { initTimeoutSeconds } from './plan.ts';
import { storeReport } from './report.ts';
import { withRoot } from './root.ts';
import { validateAnswers, validateFindings, validateJson, validateTool, variableFindings } from './validate.ts';

/** Formatting and validating read code and provider schemas: seconds, a minute on a busy laptop. */
const checkTimeoutSeconds = 120;
const versionTimeoutSeconds = 30;

const versionJson = z.looseObject({ terraform_version: z.string() });

export function createChecks(dependencies: {
  readonly terraform: RunTerraform;
  readonly store: BlobStore;
  readonly withWorkspace: WithWorkspace;
}): Pick<TerraformPort, 'checkFormat' | 'validateRoot' | 'checkAllowList'> {
  const { terraform, store } = dependencies;

  const versionIn = async (root: Root) => {
    const { stdout } = await terraform(root, { args: versionArgs(), timeoutSeconds: versionTimeoutSeconds });
    return parseJson(versionJson, stdout, 'terraform version').terraform_version;
  };
  const configurationOf = ({ repository }: Root, { stack }: RootRef) => readConfiguration(repository, stack.root);

  /** What validate says, with the raw output it said it in; `problems` when it never came to that. */
  const validate = async (root: Root, { stack }: RootRef, hasLockFile: boolean) => {
    const init = await terraform(root, { args: initArgs(null, hasLockFile), timeoutSeconds: initTimeoutSeconds, answers: validateAnswers });
    if (init.exitCode !== 0) {
      const problems = ['terraform init failed: a provider or module is missing, or differs from the lock file'];
      return { findings: [], problems, raw: init.stderr };
    }
    const { stdout } = await terraform(root, { args: validateArgs(), timeoutSeconds: checkTimeoutSeconds, answers: validateAnswers });
    return { findings: validateFindings(parseJson(validateJson, stdout, validateTool), stack.root), problems: [], raw: stdout };
  };

  return {
    checkFormat: (input) =>
      withRoot(dependencies, input, async (root) => {
        const { folders, problems } = await configurationOf(root, input);
        const [top = '.', ...modules] = folders;
        const args = formatArgs(['.', ...modules.map((folder) => relative(top, folder))]);
        const answer = await terraform(root, { args, timeoutSeconds: checkTimeoutSeconds, answers: formatAnswers });
        return await storeReport(store, input.archive, {
          tool: formatTool,
          toolVersion: await versionIn(root),
          rules: [formatTool],
          findings: formatFindings(answer.stdout, top),
          problems: [...problems, ...formatProblems(answer)],
          raw: answer.stdout,
        });
      }),

    validateRoot: (input) =>
      withRoot(dependencies, input, async (root) => {
        const configuration = await configurationOf(root, input);
        const given = variableFindings(Object.keys(input.variables), Object.keys(input.stack.secretVariables), configuration);
        const isRefused = configuration.problems.length > 0 || violationsOf(configuration, input.gates).length > 0;
        const refusal = [...configuration.problems, 'not initialised: the allow-list refuses this root'];
        const { findings, problems, raw } = isRefused
          ? { findings: [], problems: refusal, raw: '' }
          : await validate(root, input, configuration.lockedProviders !== null);
        return await storeReport(store, input.archive, {
          tool: validateTool,
          toolVersion: await versionIn(root),
          rules: [validateTool, 'plimsoll.terraform.variable'],
          findings: [...given, ...findings],
          problems,
          raw,
        });
      }),

    checkAllowList: (input) =>
      withRoot(dependencies, input, async (root) => {
        const configuration = await configurationOf(root, input);
        const findings = violationsOf(configuration, input.gates);
        return await storeReport(store, input.archive, {
          tool: allowListTool,
          toolVersion: await versionIn(root),
          rules: { rules: allowListRules, providers: input.gates.providers, modules: input.gates.modules },
          findings,
          problems: configuration.problems,
          raw: JSON.stringify(findings),
        });
      }),
  };
}
