/**
 * Where a release comes from: the commit, from refs that the catalog allows, and the model artifact by digest.
 * Both are the first gate: what does not exist, is not merged or has another digest is refused as a value.
 */

import { readFile } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SourcePort } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import type { RunTool } from '../tool/run-tool.ts';
import type { BlobStore } from '../tool/store.ts';
import type { WithWorkspace } from '../tool/workspace.ts';
import { verifyArtifact } from './artifact.ts';
import { fetchCommit } from './git.ts';
import { parseRepository, type Repository, type Ssh } from './repository.ts';

export interface SourceConfig {
  /** PATH of the tools. */
  readonly path: string;
  /** Repositories on this machine, for the local stack and tests. */
  readonly allowLocal: boolean;
  /** Tokens by host (with its port, where it is not the usual one). Read anew each time, since they rotate. */
  readonly credentials: readonly { readonly host: string; readonly tokenFile: string }[];
  readonly ssh?: Ssh | undefined;
}

export interface SourceDependencies {
  readonly run: RunTool;
  readonly withWorkspace: WithWorkspace;
  readonly store: BlobStore;
  /** May read model buckets. */
  readonly s3: S3Client;
  readonly config: SourceConfig;
}

export function createSourceActivities({ run, withWorkspace, store, s3, config }: SourceDependencies): SourcePort {
  return {
    async fetchSource({ release, repository: address, refs, commit }) {
      const repository = parseRepository(address, config);
      if (repository.kind === 'refused') return repository;
      if (repository.kind === 'ssh' && config.ssh === undefined) {
        return { kind: 'refused', because: 'this worker has no ssh key: use the https address of the repository' };
      }
      const token = await tokenFor(repository, config);
      return await withWorkspace(release.releaseId, (folder) =>
        fetchCommit(run, store, { repository, refs, commit, folder, path: config.path, token, ssh: config.ssh }),
      );
    },

    checkArtifact: ({ artifact, digest }) => verifyArtifact(s3, artifact, digest),
  };
}

async function tokenFor(repository: Repository, { credentials }: SourceConfig): Promise<string | undefined> {
  if (repository.kind !== 'https') return undefined;
  const credential = credentials.find(({ host }) => host === repository.host);
  if (credential === undefined) return undefined;
  try {
    return (await readFile(credential.tokenFile, 'utf8')).trim();
  } catch {
    // Without it a private repository would look as if it did not exist.
    throw failure('source.unreachable', `the token for ${repository.host} could not be read`);
  }
}
