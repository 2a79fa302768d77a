/** The repository as hygiene tests read it: every file that is, or is about to be, under version control. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const repository = join(import.meta.dirname, '../..');

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: repository, encoding: 'utf8' });

/** Paths relative to the repository. A file that was deleted and not yet committed is not there. */
export const files: readonly string[] = [...new Set(listed.trim().split('\n'))].filter((file) => existsSync(join(repository, file)));

export const read = (file: string): string => readFileSync(join(repository, file), 'utf8');

/** Made by programs; nobody reads or corrects them by hand. */
export const isGenerated = (file: string): boolean => /\/generated\/|^package-lock\.json$|\/go\.sum$/.test(file);

export const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('test/');

export const sources: readonly string[] = files.filter((file) => file.endsWith('.ts') && !isGenerated(file));

export const documents: readonly string[] = files.filter((file) => file.endsWith('.md'));
