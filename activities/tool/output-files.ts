/**
 * A program's output through files, for programs that must not die with the worker. A killed worker's pipes
 * break, and Go programs (Terraform) end on the first line they cannot write: half-way, with their locks held.
 */
import { mkdtemp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How late a line may be heard; the lines are for heartbeats, which are seconds apart. */
const lookMilliseconds = 200;
const chunkBytes = 64 * 1024;

export async function openOutputFiles(folder: string) {
  const own = await mkdtemp(join(folder, 'output-'));
  const [stdout, stderr] = [await open(join(own, 'stdout'), 'a+', 0o600), await open(join(own, 'stderr'), 'a+', 0o600)];

  /** The end of a file that has become too long says most. */
  const readEnd = async (file: typeof stdout, bytesMax: number) => {
    const { size } = await file.stat();
    const length = Math.min(size, bytesMax);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd();
  };

  return {
    descriptors: { stdout: stdout.fd, stderr: stderr.fd },

    /** Whole lines of stdout as they come, until the program has ended. */
    async *lines(ended: PromiseLike<unknown>): AsyncGenerator<string> {
      let isOver = false;
      const over = Promise.resolve(ended).finally(() => {
        isOver = true;
      });
      const decoder = new TextDecoder();
      let position = 0;
      let rest = '';
      for (;;) {
        const wasOver = isOver;
        const { bytesRead, buffer } = await stdout.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position);
        position += bytesRead;
        const parts = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        yield* parts;
        if (bytesRead > 0) continue;
        if (wasOver) break;
        await Promise.race([sleep(lookMilliseconds), over]);
      }
      if (rest !== '') yield rest;
    },

    read: async (bytesMax: number) => ({ stdout: await readEnd(stdout, bytesMax), stderr: await readEnd(stderr, bytesMax) }),

    close: async (): Promise<void> => {
      await Promise.all([stdout.close(), stderr.close()]);
    },
  };
}
