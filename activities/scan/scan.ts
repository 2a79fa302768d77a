/**
 * The scanners: Checkov on code, plan and rendered chart, tfsec and tflint on code, modelscan on the model artifact.
 * Each call is one scan and one report in the store. They judge nothing: policy does.
 *
 * None of them gets credentials: the environment holds a PATH, a home inside the workspace, and switches.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ReleaseRef, ScanPort } from '../../domain/ports.ts';
import type { RunTool, ToolRun } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import type { WithWorkspace } from '../tool/workspace.ts';
import { downloadArtifact } from './artifact.ts';
import {
  checkovAnswers,
  checkovCodeArgs,
  checkovCodeFrameworks,
  checkovEnvironment,
  checkovManifestsArgs,
  checkovPlanArgs,
  checkovTimeoutSeconds,
  readCheckov,
} from './checkov.ts';
import { recogniseFormat } from './formats.ts';
import { modelscanAnswers, modelscanArgs, modelscanTimeoutSeconds, readFormat, readModelscan, readOtherDigest } from './modelscan.ts';
import { fileReport, type Reading } from './report.ts';
import { severityTableDigest } from './severity.ts';
import { holdsTerraform, sourceFolder, unpackDisarmed } from './source.ts';
import {
  readTflint,
  readTflintVersion,
  tflintAnswers,
  tflintArgs,
  tflintConfig,
  tflintRules,
  tflintTimeoutSeconds,
  withoutIgnores,
} from './tflint.ts';
import { readTfsec, readTfsecVersion, tfsecAnswers, tfsecArgs, tfsecTimeoutSeconds } from './tfsec.ts';

export interface ScanDependencies {
  readonly run: RunTool;
  readonly withWorkspace: WithWorkspace;
  readonly store: BlobStore;
  /** Reads the model bucket; nothing else here has credentials. */
  readonly s3: S3Client;
  readonly config: { readonly path: string };
}

export function createScanActivities({ run, withWorkspace, store, s3, config }: ScanDependencies): ScanPort {
  type Program = Pick<ToolRun, 'file' | 'args' | 'timeoutSeconds' | 'answers'> & { readonly env?: ToolRun['env'] };
  const runIn = (workspace: string, { env, ...program }: Program) =>
    run({ ...program, cwd: workspace, env: { PATH: config.path, HOME: workspace, LANG: 'C.UTF-8', ...env } });

  /** A workspace with an empty folder for the source; paths in what comes back are the repository's, not ours. */
  const inWorkspace = ({ releaseId }: ReleaseRef, work: (workspace: string) => Promise<Reading>) =>
    withWorkspace(releaseId, async (workspace) => {
      await mkdir(join(workspace, sourceFolder));
      const reading = await work(workspace);
      return { ...reading, raw: reading.raw.replaceAll(`${workspace}/`, '') };
    });

  const checkov = async (workspace: string, args: readonly string[], root: string): Promise<Reading> => {
    const program = { file: 'checkov', args, env: checkovEnvironment, timeoutSeconds: checkovTimeoutSeconds, answers: checkovAnswers };
    const { stdout } = await runIn(workspace, program);
    return readCheckov(stdout, root);
  };

  return {
    scanCode: (input) =>
      fileReport(
        store,
        {
          tool: 'checkov code',
          subject: input.archive.digest,
          rules: { frameworks: checkovCodeFrameworks, severities: severityTableDigest },
        },
        () =>
          inWorkspace(input.release, async (workspace) => {
            const root = await unpackDisarmed(store, input, workspace);
            return checkov(workspace, checkovCodeArgs(root), input.stack.root);
          }),
      ),

    scanCodeWithTfsec: (input) =>
      fileReport(store, { tool: 'tfsec', subject: input.archive.digest, rules: { ignores: false } }, () =>
        inWorkspace(input.release, async (workspace) => {
          const root = await unpackDisarmed(store, input, workspace);
          const tfsec = { file: 'tfsec', timeoutSeconds: tfsecTimeoutSeconds, answers: tfsecAnswers };
          const version = await runIn(workspace, { ...tfsec, args: ['--version'] });
          const { stdout } = await runIn(workspace, { ...tfsec, args: tfsecArgs(root) });
          const read = await holdsTerraform(join(workspace, root));
          return {
            toolVersion: readTfsecVersion(version.stdout),
            findings: await readTfsec(stdout, join(workspace, sourceFolder)),
            parseErrors: read ? [] : ['there is no Terraform file in the root'],
            raw: stdout,
          };
        }),
      ),

    scanCodeWithTflint: (input) =>
      fileReport(store, { tool: 'tflint', subject: input.archive.digest, rules: { ...tflintRules, ignores: false } }, () =>
        inWorkspace(input.release, async (workspace) => {
          const root = await unpackDisarmed(store, input, workspace);
          await withoutIgnores(join(workspace, root));
          const config = join(workspace, 'tflint.hcl');
          await writeFile(config, tflintConfig(join(workspace, 'no-plugins')));
          const tflint = { file: 'tflint', timeoutSeconds: tflintTimeoutSeconds, answers: tflintAnswers };
          const version = await runIn(workspace, { ...tflint, args: ['--version'] });
          const { stdout } = await runIn(workspace, { ...tflint, args: tflintArgs(root, config) });
          const { findings, parseErrors } = readTflint(stdout, sourceFolder);
          const read = await holdsTerraform(join(workspace, root));
          return {
            toolVersion: readTflintVersion(version.stdout),
            findings,
            parseErrors: read ? parseErrors : ['there is no Terraform file in the root'],
            raw: stdout,
          };
        }),
      ),

    scanPlan: (input) =>
      fileReport(
        store,
        {
          tool: 'checkov plan',
          subject: input.planJson.digest,
          rules: { frameworks: ['terraform_plan'], severities: severityTableDigest },
        },
        () =>
          inWorkspace(input.release, async (workspace) => {
            const root = await unpackDisarmed(store, input, workspace);
            await writeFile(join(workspace, 'plan.json'), await store.get(input.planJson));
            return checkov(workspace, checkovPlanArgs('plan.json', root), input.stack.root);
          }),
      ),

    scanManifests: ({ release, manifests }) =>
      fileReport(
        store,
        { tool: 'checkov manifests', subject: manifests.digest, rules: { frameworks: ['kubernetes'], severities: severityTableDigest } },
        () =>
          inWorkspace(release, async (workspace) => {
            await writeFile(join(workspace, 'manifests.yaml'), await store.get(manifests));
            return checkov(workspace, checkovManifestsArgs('manifests.yaml'), '');
          }),
      ),

    scanArtifact: ({ release, artifact, digest }) =>
      fileReport(store, { tool: 'modelscan', subject: digest, rules: { formats: 1 } }, () =>
        inWorkspace(release, async (workspace) => {
          // Only the suffix is the artifact's own: it says which loader the server will take.
          const downloaded = join(sourceFolder, `artifact${extname(artifact)}`);
          const found = await downloadArtifact(s3, artifact, join(workspace, downloaded));
          if (found !== digest) return readOtherDigest(artifact, found);
          const format = await recogniseFormat(join(workspace, downloaded));
          switch (format.kind) {
            case 'safetensors':
            case 'onnx':
            case 'skops':
              return readFormat(format, artifact);
            case 'pickle':
            case 'other':
              return modelscan(workspace, downloaded, artifact, format.kind === 'pickle');
          }
        }),
      ),
  };

  async function modelscan(workspace: string, downloaded: string, artifact: string, isPickle: boolean) {
    let file = downloaded;
    if (isPickle) {
      // modelscan chooses its scanner by the suffix: a pickle is scanned as one whatever it is called.
      file = join(sourceFolder, 'artifact.pkl');
      await rename(join(workspace, downloaded), join(workspace, file));
    }
    const report = 'modelscan.json';
    const args = modelscanArgs(file, report);
    await runIn(workspace, { file: 'modelscan', args, timeoutSeconds: modelscanTimeoutSeconds, answers: modelscanAnswers });
    const json = await readFile(join(workspace, report), 'utf8').catch(() => 'modelscan wrote no report');
    return readModelscan(json, artifact);
  }
}
