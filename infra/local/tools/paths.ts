/** Where tools are: outside the checkout, by version, so that a second clone starts warm. Looks, never installs. */
import { existsSync, readdirSync } from 'node:fs';
import { arch, homedir, platform } from 'node:os';
import { join } from 'node:path';
import { type Tool, tools } from './manifest.ts';

/** As Go and most publishers spell it. */
export const goos = (): string => platform();
export const goarch = (): string => (arch() === 'x64' ? 'amd64' : arch());
export const platformName = (): string => `${goos()}_${goarch()}`;

/** As Rust's publishers spell it. */
const cpu = (): string => {
  const machine = arch() === 'x64' ? 'x86_64' : 'aarch64';
  return goos() === 'darwin' ? `${machine}-apple-darwin` : `${machine}-unknown-linux-gnu`;
};

export function fill(template: string, tool: Tool, exe = ''): string {
  const values: Record<string, string> = { version: tool.version, os: goos(), arch: goarch(), cpu: cpu(), exe };
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

export const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plimsoll', 'tools');

export const toolFolder = (tool: Tool): string => join(cacheFolder(), tool.name, `v${tool.version}`);

/** What an installation makes appear. */
export const placeOf = (tool: Tool): string => join(toolFolder(tool), fill(tool.place ?? 'bin', tool));

/** The place appears by one rename; a link in it may have lost what it pointed at. */
export const isInstalled = (tool: Tool): boolean => tool.provides.every((file) => existsSync(join(placeOf(tool), file)));

export function toolNamed(name: string): Tool {
  const tool = tools.find((tool) => tool.name === name);
  if (tool === undefined) throw new Error(`the manifest has no tool ${name}`);
  return tool;
}

/** The whole path of one file of one tool. */
export const toolFile = (name: string, file = name): string => join(placeOf(toolNamed(name)), file);

/** A PATH that holds every tool, and of the machine's own programs only the system's (git, sh). */
export const toolsPath = (): string => [...tools.filter((tool) => tool.place === undefined).map(placeOf), '/usr/bin', '/bin'].join(':');

/** A folder that Terraform can take its AWS provider from, with no network. */
export function terraformMirror(): string | undefined {
  const provider = toolNamed('terraform-provider-aws');
  const holds = (folder: string) => provider.provides.every((file) => existsSync(join(folder, fill(inMirror, provider), file)));
  return [join(toolFolder(provider), 'mirror'), ...usualPlaces()].find(holds);
}

const inMirror = 'registry.terraform.io/hashicorp/aws/{version}/{os}_{arch}';

/** Where operators and distributions put providers; the first level of the folder for optional software, too. */
function usualPlaces(): string[] {
  const shared = ['/usr/local/share/terraform', '/usr/share/terraform', join(homedir(), '.terraform.d')];
  const optional = existsSync('/opt') ? readdirSync('/opt').map((name) => join('/opt', name)) : [];
  return [...shared, ...optional].flatMap((folder) => [folder, join(folder, 'plugins'), join(folder, 'providers'), join(folder, 'mirror')]);
}
