/**
 * The workflows as one script, as a worker wants them. It takes seconds to make, and a dozen test files need the same
 * one: made once a run, before the first of them, and found by its path.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const variable = 'PLIMSOLL_TEST_WORKFLOWS';
const ours = '../../workflows/index.ts';

const made = async (workflows: string): Promise<{ readonly code: string }> =>
  await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(workflows, import.meta.url)), logger: new DefaultLogger('WARN') });

/** `workflows`: another file than ours, relative to this folder. */
export async function bundle(workflows = ours): Promise<WorkflowBundleOption> {
  const codePath = process.env[variable];
  return workflows === ours && codePath !== undefined ? { codePath } : await made(workflows);
}

/** Vitest calls it before the first file and what it answers after the last one; its processes inherit the environment. */
export default async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-workflows-'));
  const codePath = join(folder, 'workflow-bundle.js');
  writeFileSync(codePath, (await made(ours)).code);
  process.env[variable] = codePath;
  return () => rmSync(folder, { recursive: true, force: true });
}
