/**
 * Whether a Terraform that some worker started still lives. Each carries a nonce in its environment, which its
 * plugins inherit: found even when its worker was killed before it could note a pid, and never mistaken for a
 * later process that got the same one. Linux only; elsewhere the answer is "cannot say".
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

export const nonceVariable = 'PLIMSOLL_LEASE';

/** The machine as processes see it: after a reboot or in another container, "no such process" means nothing. */
export async function machineId(): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown boot');
  const processes = await readlink('/proc/self/ns/pid').catch(() => 'unknown processes');
  return [hostname(), bootId.trim(), processes].join(' ');
}

export interface Holder {
  readonly terraform: readonly number[];
  /** Provider plugins and credential processes; they outlive a killed Terraform. */
  readonly others: readonly number[];
}

export async function findHolder(nonce: string): Promise<Holder | null> {
  const names = await readdir('/proc').catch(() => null);
  if (names === null) return null;
  const mark = `${nonceVariable}=${nonce}`;
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        // Other users' processes cannot be read, and are not ours. A zombie has an empty environment.
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
        if (!environment.split('\0').includes(mark)) return [];
        const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
        return [{ pid: Number(pid), isTerraform: name.trim() === 'terraform' }];
      }),
  );
  const processes = found.flat();
  const pidsOf = (isTerraform: boolean) => processes.filter((one) => one.isTerraform === isTerraform).map(({ pid }) => pid);
  return { terraform: pidsOf(true), others: pidsOf(false) };
}
