/**
 * A plan, from an unpacked root to what an approver sees: initialised under a role, planned, read back as JSON,
 * and stored without a secret in it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ChangeSet, changeDigestOf, countChanges, type PlannedChange } from '../../domain/change.ts';
import { type Digest, digestOf } from '../../domain/digest.ts';
import type { PlanInput, PlanResult } from '../../domain/ports.ts';
import { withHeartbeats } from '../tool/heartbeat.ts';
import { parseJson } from '../tool/output.ts';
import type { BlobStore } from '../tool/store.ts';
import { initArgs, type Locking, planArgs, showArgs } from './arguments.ts';
import { backendFileText } from './backend.ts';
import { changeSetOf, type Mac } from './change.ts';
import { dataFolderOf, failureOf, type Root, type RunTerraform } from './command.ts';
import { lockFileName } from './configuration.ts';
import { planJson } from './plan-json.schema.ts';
import { redactPlan } from './redaction.ts';
import type { Session } from './session.ts';
import { readStateHead } from './state.ts';

export interface PlanDependencies {
  readonly terraform: RunTerraform;
  readonly store: BlobStore;
  readonly mac: Mac;
}

/** Init fetches providers and modules; five minutes are a slow mirror, more is a hanging one. */
export const initTimeoutSeconds = 300;
/** A plan reads every resource once: minutes for thousands of them. The activity's own limit is 30 min. */
const planTimeoutSeconds = 1_500;
const showTimeoutSeconds = 120;
/** Terraform gives its lock back when interrupted, once AWS has answered what is under way. */
export const planGraceSeconds = 60;

const exit = { nothingToDo: 0, failed: 1, changes: 2 } as const;

export async function initialise({ terraform }: Pick<PlanDependencies, 'terraform'>, root: Root, { stack }: PlanInput): Promise<void> {
  const backendFile = join(root.workspace, 'backend.tfbackend.json');
  await writeFile(backendFile, backendFileText(stack.backend), { mode: 0o600 });
  const args = initArgs(backendFile, (await textOf(join(root.folder, lockFileName))) !== null);
  const answer = await terraform(root, { args, timeoutSeconds: initTimeoutSeconds, answers: [exit.nothingToDo, exit.failed] });
  if (answer.exitCode === exit.failed) throw failureOf('init', answer);
}

export interface Planned {
  readonly result: PlanResult;
  readonly change: ChangeSet;
  /** In the workspace: holds secrets in clear. */
  readonly planFile: string;
}

/** `root` is initialised. */
export async function makePlan(
  dependencies: PlanDependencies,
  { root, secretVariables, stateS3 }: Session,
  input: PlanInput,
  locking: Locking,
  env: Readonly<Record<string, string>> = {},
): Promise<Planned> {
  const { terraform, store, mac } = dependencies;
  const planFile = join(root.workspace, 'plan.tfplan');
  const args = planArgs(planFile, await writeVariables(root, input, secretVariables), locking);
  const answers = [exit.nothingToDo, exit.failed, exit.changes];
  const answer = await terraform(root, { args, timeoutSeconds: planTimeoutSeconds, graceSeconds: planGraceSeconds, answers, env });
  if (answer.exitCode === exit.failed) throw failureOf('plan', answer);

  const shown = await terraform(root, { args: showArgs(planFile), timeoutSeconds: showTimeoutSeconds, secretStdout: true });
  const plan = parseJson(planJson, shown.stdout, 'terraform show');
  // A call to KMS for each sensitive leaf: a large plan takes a while.
  return await withHeartbeats(async () => {
    const change = await changeSetOf(plan, root.secrets, mac);
    const result: PlanResult = {
      changeDigest: changeDigestOf(change),
      counts: countChanges(change),
      addresses: worstFirst(change).map(({ address }) => address),
      actions: worstFirst(change).map(({ action }) => action),
      ...(await readStateHead(stateS3, input.stack.backend)),
      moduleLockDigest: await moduleLockDigestOf(root),
      variablesDigest: await variablesDigestOf(input.variables, secretVariables, mac),
      change: await store.putJson(change),
      planJson: await store.putJson(redactPlan(plan, root.secrets)),
    };
    return { result, change, planFile };
  });
}

/** As files, not arguments or environment: those show in process lists. */
async function writeVariables(root: Root, { variables }: PlanInput, secrets: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const [plain, secret] = [join(root.workspace, 'variables.tfvars.json'), join(root.workspace, 'secrets.tfvars.json')];
  await writeFile(plain, JSON.stringify(variables), { mode: 0o600 });
  await writeFile(secret, JSON.stringify(secrets), { mode: 0o600 });
  return [plain, secret];
}

/** The answer is a message, and messages stay small. */
const addressesMax = 20;
const danger = ['delete', 'replace', 'forget', 'update', 'create', 'read'];

const worstFirst = ({ resources }: ChangeSet): readonly PlannedChange[] =>
  resources.toSorted((a, b) => danger.indexOf(a.action) - danger.indexOf(b.action)).slice(0, addressesMax);

const moduleManifest = z.looseObject({
  Modules: z.array(z.looseObject({ Key: z.string(), Source: z.string(), Version: z.string().optional() })),
});

/** Which providers and modules the plan was made with; their folders on this machine are left out. */
async function moduleLockDigestOf({ folder, workspace }: Root): Promise<Digest> {
  const manifest = await textOf(join(dataFolderOf(workspace), 'modules', 'modules.json'));
  const modules = manifest === null ? [] : parseJson(moduleManifest, manifest, 'terraform init').Modules;
  return digestOf({
    providers: await textOf(join(folder, lockFileName)),
    // Terraform lists them in no order that it promises.
    modules: modules.map(({ Key, Source, Version }) => ({ Key, Source, Version })).toSorted((a, b) => (a.Key < b.Key ? -1 : 1)),
  });
}

async function variablesDigestOf(variables: PlanInput['variables'], secrets: Readonly<Record<string, string>>, mac: Mac): Promise<Digest> {
  const hidden = await Promise.all(
    Object.entries(secrets).map(async ([name, value]) => [name, await mac(`var.${name} ${value}`)] as const),
  );
  return digestOf({ variables, secrets: Object.fromEntries(hidden) });
}

const textOf = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
};
