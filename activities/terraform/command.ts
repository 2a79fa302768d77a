/**
 * One Terraform command in a prepared root. Its `-json` lines become progress and, when it fails, one line
 * for the history; the diagnostics themselves go, redacted, to the log.
 */
import { join, relative } from 'node:path';
import { log } from '@temporalio/activity';
import { z } from 'zod';
import { failure } from '../failure.ts';
import type { RunTool, ToolAnswer } from '../tool/run-tool.ts';

/** An unpacked root, ready to run Terraform in. */
export interface Root {
  /** The private workspace, gone afterwards. */
  readonly workspace: string;
  /** The unpacked repository inside it. */
  readonly repository: string;
  /** The folder Terraform runs in. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

export interface Command {
  readonly args: readonly string[];
  readonly timeoutSeconds: number;
  readonly answers?: readonly number[];
  readonly graceSeconds?: number;
  readonly secretStdout?: boolean;
  /** Goes on when its worker is killed: it may be in the middle of something. */
  readonly outlivesWorker?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: TerraformEvent) => void;
  readonly progress?: () => unknown;
}

export type RunTerraform = (root: Root, command: Command) => Promise<ToolAnswer>;

/** Of `.terraform` as a neighbour of the repository: what a repository brings under that name is never used. */
export const dataFolderOf = (workspace: string): string => join(workspace, 'terraform-data');

export function createCommand(run: RunTool, { path, cliConfig }: { readonly path: string; readonly cliConfig: string }): RunTerraform {
  return (root, { args, onEvent, env = {}, outlivesWorker = false, ...options }) =>
    run({
      file: 'terraform',
      args,
      cwd: root.folder,
      env: {
        PATH: path,
        HOME: root.workspace,
        TF_CLI_CONFIG_FILE: cliConfig,
        // Relative: an absolute one would put this attempt's folder into `path.module`, and so into the change.
        TF_DATA_DIR: relative(root.folder, dataFolderOf(root.workspace)),
        TF_IN_AUTOMATION: '1',
        CHECKPOINT_DISABLE: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
        ...root.env,
        ...env,
      },
      secrets: root.secrets,
      ...(onEvent === undefined ? {} : { onLine: (line: string) => eventOf(line).forEach((event) => onEvent(event)) }),
      ...(outlivesWorker ? { outputFolder: root.workspace } : {}),
      ...options,
    });
}

/** The lines of `-json` output that we read. */
const terraformEvent = z.union([
  z.looseObject({
    type: z.literal('diagnostic'),
    diagnostic: z.looseObject({
      severity: z.string(),
      summary: z.string(),
      detail: z.string().optional(),
      address: z.string().optional(),
    }),
  }),
  z.looseObject({
    type: z.enum(['apply_start', 'apply_complete', 'apply_errored']),
    hook: z.looseObject({ resource: z.looseObject({ addr: z.string() }), action: z.string().optional() }),
  }),
]);
export type TerraformEvent = z.infer<typeof terraformEvent>;

/** None for a line that is not JSON or not of a sort we read. */
export function eventOf(line: string): readonly TerraformEvent[] {
  try {
    const parsed = terraformEvent.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

const isError = (event: TerraformEvent) => event.type === 'diagnostic' && event.diagnostic.severity === 'error';

/** What a failed `-json` command said, as the failure of our table. */
export function failureOf(command: string, { stdout, stderr, exitCode }: ToolAnswer): Error {
  const errors = stdout.split('\n').flatMap(eventOf).filter(isError);
  log.warn('terraform failed', { command, exitCode, errors, stderr: stderr.slice(-loggedCharactersMax) });
  const [first] = errors.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []));
  if (first !== undefined && isLockError(first)) return failure('terraform.locked', 'another operation holds the state lock');
  const where = first?.address ?? 'the root as a whole';
  return failure('terraform.failed', `terraform ${command} failed at ${where}${known(first?.summary ?? '')}`);
}

/** What the log keeps; the end says most. */
const loggedCharactersMax = 4_000;

export const isLockError = ({ summary }: { readonly summary: string }): boolean => summary.includes('Error acquiring the state lock');

/** Words of ours for what an operator meets most. Terraform's own text quotes requests and values: log only. */
function known(summary: string): string {
  if (summary.includes('Saved plan is stale')) return ': the state has changed since this plan was made';
  if (summary.includes('Failed to persist state') || summary.includes('Failed to save state')) return ': the state could not be written';
  if (/AlreadyExists|BucketAlreadyOwnedByYou|ResourceInUse|EntityAlreadyExists/.test(summary)) return ': it exists and is not in the state';
  if (/AccessDenied|UnauthorizedOperation|ExpiredToken/.test(summary)) return ': the role may not do it';
  return '';
}
