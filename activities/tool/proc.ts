/** What Linux tells of its processes in /proc. A process may end between two looks: then there is nothing to tell. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** `null` on a system without /proc. */
export async function pids(): Promise<readonly number[] | null> {
  const names = await readdir('/proc').catch(() => null);
  return names?.filter((name) => /^\d+$/.test(name)).map(Number) ?? null;
}

/** An ended process has an empty environment, also while it is a zombie. Another user's cannot be read. */
export async function environmentOf(pid: number): Promise<ReadonlyMap<string, string> | 'unreadable'> {
  try {
    const entries = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'unreadable' : new Map();
  }
}

/** The program's name, as the kernel cuts it: 15 characters. */
export const nameOf = async (pid: number): Promise<string> => (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();

/** The state, the parent, the group, …, and as the 20th the start. The name in brackets before them may itself hold brackets. */
export function fieldsOf(pid: number): readonly string[] {
  const text = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? '';
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

export function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
