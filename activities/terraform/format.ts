/** `terraform fmt -check` of the root and its local modules: each file that it would change is a finding. */
import { join } from 'node:path';
import type { Finding } from '../../domain/finding.ts';
import { findingOf } from './report.ts';

export const formatTool = 'terraform fmt';

/** 0: nothing to change; 2: a file is not HCL; 3: some file would change. */
export const formatAnswers = [0, 2, 3] as const;

/** A file that was not read, or an exit code that names no file, is not a clean bill. */
export function formatProblems({ exitCode, stdout }: { readonly exitCode: number; readonly stdout: string }): readonly string[] {
  if (exitCode === 0 || (exitCode === 3 && stdout.trim() !== '')) return [];
  return ['terraform fmt could not read every file'];
}

/** `stdout` of `fmt -list`: a path a line, relative to the folder it ran in. */
export function formatFindings(stdout: string, root: string): readonly Finding[] {
  const files = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((path) => join(root, path));
  return [...new Set(files)].map((file) =>
    findingOf(formatTool, {
      rule: 'terraform.fmt',
      severity: 'high',
      address: file,
      file,
      message: '`terraform fmt` would change this file',
    }),
  );
}
