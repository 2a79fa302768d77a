/** The line of an environment: shown, stopped, resumed. What a stopped line means to a release is the workflow's. */
import { Inject, Injectable } from '@nestjs/common';
import { groupsOf } from '../../domain/approval.ts';
import type { Action, Caller } from '../../domain/caller.ts';
import { freezesAfter, freezesAt } from '../../domain/freezes.ts';
import { type Obstacle, obstacleText, type Stop } from '../../domain/line.ts';
import { Access } from '../auth/authority.ts';
import { CatalogFiles, findEnvironment } from '../catalog/catalog.ts';
import { Problem } from '../http/problem.ts';
import { Acts } from '../refusals/acts.ts';
import type { ReleasesGateway } from '../temporal/releases-gateway.ts';
import { RELEASES_GATEWAY } from '../tokens.ts';
import type { LineStatus } from './schemas.ts';

@Injectable()
export class EnvironmentsService {
  readonly #gateway: ReleasesGateway;
  readonly #access: Access;
  readonly #catalog: CatalogFiles;
  readonly #acts: Acts;

  constructor(
    @Inject(RELEASES_GATEWAY) gateway: ReleasesGateway,
    @Inject(Access) access: Access,
    @Inject(CatalogFiles) catalog: CatalogFiles,
    @Inject(Acts) acts: Acts,
  ) {
    this.#gateway = gateway;
    this.#access = access;
    this.#catalog = catalog;
    this.#acts = acts;
  }

  async show(name: string, by: Caller): Promise<LineStatus> {
    await this.#permitted(name, 'line.read', by);
    return await this.#status(name);
  }

  async stop(name: string, reason: string, by: Caller): Promise<LineStatus> {
    await this.#permitted(name, 'line.stop', by);
    const isNew = await this.#gateway.line.stop(name, { by, reason, at: new Date().toISOString() });
    if (isNew) this.#acts.record('stopped the line', by, name, reason);
    else {
      const stopped = await this.#gateway.line.stopped(name);
      if (stopped === null)
        throw new Problem('line.notStopped', `the line of ${name} was resumed just when you stopped it: it is not stopped`);
      // Saying it twice is saying it once; somebody else's stop stays theirs, so that its resuming needs another person than them.
      if (stopped.by.subject !== by.subject) throw new Problem('line.stopped', obstacleText(obstacleOf(stopped)));
    }
    return await this.#status(name);
  }

  async resume(name: string, reason: string, by: Caller): Promise<LineStatus> {
    await this.#permitted(name, 'line.resume', by);
    if (!(await this.#gateway.line.resume(name, { by, reason })))
      throw new Problem('line.notStopped', `the line of ${name} is not stopped`);
    this.#acts.record('resumed the line', by, name, reason);
    return await this.#status(name);
  }

  /** What is in the way of a release now, for whoever asks for one or looks at one. */
  async obstaclesOf(name: string): Promise<readonly Obstacle[]> {
    const freezes = this.#catalog.current.environments.get(name)?.freeze ?? [];
    const stopped = await this.#gateway.line.stopped(name);
    return [...freezesAt(freezes, Date.now()), ...(stopped === null ? [] : [obstacleOf(stopped)])];
  }

  async #status(name: string): Promise<LineStatus> {
    const { freeze } = findEnvironment(this.#catalog.current, name);
    return { environment: name, obstacles: [...(await this.obstaclesOf(name))], nextFreezes: [...freezesAfter(freeze, Date.now())] };
  }

  /** A line is nobody's service: the groups that approve in its environment, and whoever is on call, have a say. */
  async #permitted(name: string, action: Action, by: Caller): Promise<void> {
    const environment = findEnvironment(this.#catalog.current, name);
    await this.#access.require(by, action, { service: '*', environment: name, team: '*', approverGroups: groupsOf(environment.approvals) });
  }
}

const obstacleOf = ({ by, reason, at }: Stop): Obstacle => ({ kind: 'stopped', by: by.subject, reason, since: at });
