/**
 * What docker-compose.yml needs before its first release, as functions of their folders: policies as a bundle whose
 * revision is known, and a kubeconfig with the names that the catalog uses. Twice is once.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { policyRevision } from '../../opa/revision.ts';

/** OPA takes a folder for a bundle and its revision from this file; documents and tests stay outside. */
const manifest = '.manifest';

/** The folder `bundle` for OPA, and beside it the file `revisions` for whoever asks OPA. */
export function preparePolicies(policies: string, to: string): void {
  const bundle = join(to, 'bundle');
  rmSync(bundle, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  cpSync(join(policies, 'plimsoll'), join(bundle, 'plimsoll'), { recursive: true, filter: (path) => !path.endsWith('_test.rego') });
  const revision = policyRevision(policies);
  writeFileSync(join(bundle, manifest), JSON.stringify({ revision, roots: ['plimsoll'] }));
  writeFileSync(join(to, 'revisions'), `${revision}\n`);
}

const named = z.looseObject({ name: z.string() });
const kubeconfig = z.looseObject({
  clusters: z.tuple([z.looseObject({ cluster: z.looseObject({ server: z.string() }) }).and(named)]),
  users: z.tuple([named]),
  contexts: z.tuple([z.looseObject({ context: z.looseObject({}) }).and(named)]),
});

/** k3s calls everything `default` and itself 127.0.0.1. */
export function prepareKubeconfig(from: string, to: string, cluster: string, server: string): void {
  const given = kubeconfig.parse(parse(readFileSync(from, 'utf8')));
  const [one] = given.clusters;
  const prepared = {
    ...given,
    clusters: [{ ...one, name: cluster, cluster: { ...one.cluster, server } }],
    users: [{ ...given.users[0], name: cluster }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    'current-context': cluster,
  };
  mkdirSync(dirname(to), { recursive: true });
  // It holds an administrator's key, for the workers alone: all of them run as this process does.
  writeFileSync(to, stringify(prepared), { mode: 0o600 });
}
