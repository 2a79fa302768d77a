/** Findings of GuardDuty for whoever may read a release that they are about; those about none for whoever may read all. */
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { groupsOf } from '../../domain/approval.ts';
import type { Caller, Resource } from '../../domain/caller.ts';
import { isIncident, type ListedThreat, type ReachedRelease } from '../../domain/threats/listed.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles } from '../catalog/catalog.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import type { ThreatFilter, threatPage } from './schemas.ts';

/** Nobody's in particular: people on call, auditors and whoever else reads everything. */
const everything: Resource = { service: '*', environment: '*', team: '*', approverGroups: [] };

@Injectable()
export class ThreatsService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
  ) {
    this.#gateway = gateway;
    this.#access = access;
    this.#catalog = catalog;
  }

  async list({ state, pageSize, pageToken, ...wanted }: ThreatFilter, by: Caller): Promise<z.infer<typeof threatPage>> {
    const readable = this.#access.reader(by, 'release.read');
    const readsAll = await readable(everything);
    const page = await this.#gateway.threats.list(state === 'incident', pageSize, pageToken);
    const shown = await Promise.all(page.threats.map((threat) => this.#shownTo(threat, readable, readsAll)));
    const threats = shown.filter((threat) => threat !== undefined).filter(({ releases }) => isWanted(releases, wanted));
    return { threats: threats.map((threat) => ({ ...threat, releases: [...threat.releases] })), nextPageToken: page.nextPageToken };
  }

  /** Releases that somebody may not read are none that they are told of. */
  async #shownTo(
    threat: ListedThreat,
    readable: (resource: Resource) => Promise<boolean>,
    readsAll: boolean,
  ): Promise<ListedThreat | undefined> {
    const allowed = await Promise.all(threat.releases.map((release) => readable(this.#resourceOf(release))));
    const releases = threat.releases.filter((_, index) => allowed[index] === true);
    if (releases.length > 0) return { ...threat, releases, moreReleases: threat.moreReleases + threat.releases.length - releases.length };
    return threat.releases.length === 0 && readsAll ? threat : undefined;
  }

  #resourceOf({ service, environment, team }: ReachedRelease): Resource {
    const approvals = this.#catalog.current.environments.get(environment)?.approvals;
    return { service, environment, team, approverGroups: approvals === undefined ? [] : groupsOf(approvals) };
  }
}

function isWanted(
  releases: readonly ReachedRelease[],
  { service, environment, release }: Pick<ThreatFilter, 'service' | 'environment' | 'release'>,
) {
  const fits = (one: ReachedRelease) =>
    one.service === (service ?? one.service) &&
    one.environment === (environment ?? one.environment) &&
    one.releaseId === (release ?? one.releaseId);
  return [service, environment, release].every((term) => term === undefined) || releases.some(fits);
}

/** Incidents of a release among the findings that are one of some release. */
export const incidentsOf = (threats: readonly ListedThreat[], releaseId: string) =>
  threats
    .filter(({ releases }) => releases.some((release) => release.releaseId === releaseId && isIncident(release)))
    .map(({ id, type, title, severity, lastSeenAt }) => ({ id, type, title, severity, lastSeenAt }));
