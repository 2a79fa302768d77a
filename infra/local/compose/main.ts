/**
 * Runs once before everything else of docker-compose.yml: the account in the stand-in for AWS, the policies, the
 * kubeconfig. Run again it finds what is there; it refuses any AWS but the stand-in (infra/local/aws/bootstrap.ts).
 */
import { accountNames, bootstrapAccount, isBootstrapped } from '../aws/bootstrap.ts';
import { findingsQueue } from '../stack/config.ts';
import { prepareKubeconfig, preparePolicies } from './prepare.ts';

/** Where docker-compose.yml mounts things, and what k3s is called: by the demo's catalog, and in its network. */
const places = { policies: '/policies', k3s: '/k3s/kubeconfig.yaml', prepared: '/var/lib/plimsoll' };
const cluster = { name: 'plimsoll', server: 'https://k3s:6443' };

preparePolicies(places.policies, places.prepared);
prepareKubeconfig(places.k3s, `${places.prepared}/kubeconfig`, cluster.name, cluster.server);

const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = process.env;
if (endpoint === undefined || region === undefined)
  throw new Error('AWS_ENDPOINT_URL and AWS_REGION are not set: docker-compose.yml sets them');
const names = { ...accountNames(process.env), findingsQueue };
if (!(await isBootstrapped(endpoint, region, names))) await bootstrapAccount(endpoint, region, names);
