/**
 * The local data plane: stand-in for what a laptop lacks, EKS pods and an AWS load balancer. See README.md.
 * Started by the local stack; refuses to start on anything but a complete environment.
 */
import { pino } from 'pino';
import { z } from 'zod';
import { startLab } from './lab.ts';

const port = z.coerce.number().int().min(1).max(65_535);

const environmentSchema = z.object({
  KUBECONFIG: z.string().min(1),
  PLIMSOLL_PORT_GATEWAY: port.default(8082),
  PLIMSOLL_PORT_LAB: port.default(8083),
  /** Enough for a verdict within a demo's minute, and a few percent of one core. */
  PLIMSOLL_LAB_RPS: z.coerce.number().min(0).max(500).default(40),
  PLIMSOLL_LAB_NAMESPACE: z.string().min(1).default('models'),
});

const log = pino({ name: 'lab' });
const environment = environmentSchema.safeParse(process.env);
if (!environment.success) {
  log.fatal(z.prettifyError(environment.error));
  process.exit(2);
}

const lab = await startLab({
  kubeconfig: environment.data.KUBECONFIG,
  namespace: environment.data.PLIMSOLL_LAB_NAMESPACE,
  gatewayPort: environment.data.PLIMSOLL_PORT_GATEWAY,
  labPort: environment.data.PLIMSOLL_PORT_LAB,
  rps: environment.data.PLIMSOLL_LAB_RPS,
  log,
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void lab.stop().then(() => process.exit(0)));
