/** The catalog as of now. A file that becomes wrong while we run is reported, and the last right catalog stays. */
import type { Logger } from 'pino';
import type { Environment, Service } from '../../domain/catalog.ts';
import type { Digest } from '../../domain/digest.ts';
import type { Config } from '../config.ts';
import { Problem } from '../http/problem.ts';
import { type Catalog, catalogDigest, catalogStamp, loadCatalog } from './load.ts';

export class CatalogFiles {
  readonly #folder: string;
  readonly #logger: Logger;
  #stamp: string;
  #catalog: Catalog;
  #heard: (digest: Digest) => void = () => undefined;

  /** A catalog that is wrong from the start stops the start. */
  constructor(config: Pick<Config, 'catalog'>, logger: Logger) {
    this.#folder = config.catalog;
    this.#logger = logger;
    this.#stamp = catalogStamp(this.#folder);
    this.#catalog = loadCatalog(this.#folder, process.env);
  }

  /** Which catalog is in force: now, and whenever it is read again. */
  listen(heard: (digest: Digest) => void): void {
    this.#heard = heard;
    heard(catalogDigest(this.#folder));
  }

  get current(): Catalog {
    try {
      const stamp = catalogStamp(this.#folder);
      if (stamp === this.#stamp) return this.#catalog;
      this.#stamp = stamp;
      this.#catalog = loadCatalog(this.#folder, process.env);
      this.#logger.info(
        { services: this.#catalog.services.size, environments: this.#catalog.environments.size, machines: this.#catalog.machines.size },
        'catalog read again',
      );
      this.#heard(catalogDigest(this.#folder));
    } catch (error) {
      this.#logger.error({ err: error }, 'the catalog changed and is not right: the last right one stays');
    }
    return this.#catalog;
  }
}

export function findService(catalog: Catalog, service: string): Service {
  return catalog.services.get(service) ?? unknown('service', service, [...catalog.services.keys()]);
}

export function findEnvironment(catalog: Catalog, environment: string): Environment {
  return catalog.environments.get(environment) ?? unknown('environment', environment, [...catalog.environments.keys()]);
}

export function unknown(field: string, value: string, known: readonly string[]): never {
  const allowed = known.length === 0 ? 'nothing: the catalog has none' : `one of ${known.toSorted().join(', ')}`;
  throw new Problem('catalog.unknown', `the catalog has no ${field} "${value}"; ${allowed}`, { errors: [{ field, value, allowed }] });
}
