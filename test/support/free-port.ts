/** A port for a program of a test's own: not one that systems also give to connections that go out. */
import { freePorts } from '../../infra/local/free-ports.ts';

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
