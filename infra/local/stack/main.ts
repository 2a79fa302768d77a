/** `up`, `down` and `status` of the local stack; `--only=aws,opa` for some of its pieces. */
import { parseArgs } from 'node:util';
import { stackConfig } from './config.ts';
import { down, StackError, status, up } from './supervisor.ts';

const usage = 'usage: main.ts up|down|status [--only=piece,…]';

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
  const only = values.only?.split(',').filter((name) => name !== '') ?? [];
  const config = stackConfig();
  const begun = Date.now();
  switch (positionals.join(' ')) {
    case 'up':
      console.log(`starting the stack in ${config.home}`);
      await up(config, { only });
      console.log(`up in ${((Date.now() - begun) / 1000).toFixed(1)} s\n\n${addresses(config.env)}`);
      return 0;
    case 'down':
      await down(config, { only });
      console.log(`down in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      return 0;
    case 'status': {
      const pieces = await status(config);
      for (const { name, state, pids } of pieces) console.log(`${name.padEnd(12)} ${state.padEnd(14)} ${pids.join(' ')}`);
      return pieces.every(({ state }) => state === 'ready') ? 0 : 1;
    }
    default:
      console.error(usage);
      return 2;
  }
}

const addresses = (env: Readonly<Record<string, string>>): string =>
  [
    `Temporal UI          ${env['PLIMSOLL_TEMPORAL_UI_URL']}`,
    `API                  ${env['PLIMSOLL_API_URL']}`,
    `Prometheus           ${env['PLIMSOLL_PROMETHEUS_URL']}`,
    `AWS's stand-in       ${env['AWS_ENDPOINT_URL']}`,
    `Kubernetes           KUBECONFIG=${env['KUBECONFIG']}`,
    `all of it            ${env['PLIMSOLL_HOME']}/stack.env`,
    'It forgets everything when it stops: make down',
  ].join('\n');

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
