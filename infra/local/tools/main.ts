/** `install` gets every tool; `doctor` says which are there, which are not, and how each would come. */
import { cpus, freemem } from 'node:os';
import { installTool, isFoundElsewhere, isRight } from './install.ts';
import { type Tool, tools } from './manifest.ts';
import { isInstalled, platformName } from './paths.ts';
import { needs, onMachine, remedies } from './sources.ts';

/** Linking kube-apiserver takes about 3 GiB; a second build beside it wants as much. */
const bytesPerBuild = 3 * 1024 ** 3;
const atOnce = Math.max(1, Math.min(4, cpus().length, Math.floor(freemem() / bytesPerBuild)));
/** Long builds say that they still go on. */
const stillMilliseconds = 30_000;

const label = (tool: Tool) => `${tool.name} ${tool.version}`.padEnd(31);
const seconds = (since: number) => `${Math.round((Date.now() - since) / 1000)} s`;

async function install(names: readonly string[]): Promise<number> {
  const wanted = tools.filter((tool) => names.length === 0 || names.includes(tool.name));
  const right = await Promise.all(wanted.map(async (tool) => isFoundElsewhere(tool) || isRight(tool)));
  const waiting = wanted.filter((_, index) => !right[index]);
  if (waiting.length === 0) {
    console.log(`all ${wanted.length} tools are there`);
    return 0;
  }
  console.log(`${waiting.length} of ${wanted.length} tools are not there yet; getting ${Math.min(atOnce, waiting.length)} at a time`);
  const begun = Date.now();
  const failures: string[] = [];
  // The Python tools come by uv: it goes first.
  const uv = waiting.find(({ name }) => name === 'uv');
  if (uv !== undefined) await one(uv, failures);
  const queue = waiting.filter((tool) => tool !== uv);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let tool = queue.shift(); tool !== undefined; tool = queue.shift()) await one(tool, failures);
    }),
  );
  for (const failure of failures) console.error(`missing: ${failure}`);
  console.log(`${waiting.length - failures.length} got, ${failures.length} missing, ${seconds(begun)}`);
  return failures.length === 0 ? 0 : 1;
}

async function one(tool: Tool, failures: string[]): Promise<void> {
  const begun = Date.now();
  let doing = 'looking';
  const still = setInterval(() => console.log(`  ${label(tool)} ${doing}, ${seconds(begun)} so far`), stillMilliseconds);
  try {
    const origin = await installTool(tool, (what) => {
      doing = what;
      console.log(`  ${label(tool)} ${what} …`);
    });
    console.log(`  ${label(tool)} ${origin} in ${seconds(begun)}`);
  } catch (error) {
    failures.push((error as Error).message);
    console.log(`  ${label(tool)} failed after ${seconds(begun)}`);
  } finally {
    clearInterval(still);
  }
}

/** git is asked of the machine: every machine that has this repository has it. */
const expected = { git: 'Debian: apt-get install git; macOS: xcode-select --install' };

function doctor(): number {
  let missing = 0;
  for (const tool of tools) {
    const there = isInstalled(tool) || isFoundElsewhere(tool);
    if (!there) missing += 1;
    console.log(`${there ? 'ok     ' : 'missing'} ${label(tool)} ${there ? tool.purpose : howToGet(tool)}`);
  }
  for (const [program, remedy] of Object.entries(expected)) {
    if (onMachine(program)) continue;
    missing += 1;
    console.log(`missing ${program.padEnd(31)} ${remedy}`);
  }
  console.log(missing === 0 ? '\nnothing is missing: make up' : `\n${missing} missing: make setup gets what can be got`);
  return missing === 0 ? 0 : 1;
}

function howToGet(tool: Tool): string {
  const released = tool.release?.platforms.includes(platformName()) ? new URL(tool.release.url.replaceAll(/[{}]/g, '')).host : undefined;
  const need = needs[tool.source.kind];
  const without = need !== undefined && !onMachine(need) ? ` (${need} is missing: ${remedies[need]})` : '';
  const source = tool.source.kind === 'nowhere' ? tool.source.remedy : `built from its source package${without}`;
  return released === undefined ? source : `official release from ${released}, else ${source}`;
}

const [command, ...names] = process.argv.slice(2);
if (command === 'install') process.exitCode = await install(names);
else if (command === 'doctor') process.exitCode = doctor();
else {
  console.error('usage: main.ts install [tool …] | doctor');
  process.exitCode = 2;
}
