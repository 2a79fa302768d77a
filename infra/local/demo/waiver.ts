/** The demo's waiver: proposed by one person on a branch of the catalog, reviewed and merged by another. */
import { beginOfDay, waiverDaysMax } from '../../../domain/waiver.ts';
import { merge, propose } from './catalog.ts';
import { type GitRepository } from './git.ts';

export const partners = { service: 'fraud-scorer', environment: 'partners' } as const;

const ana = { name: 'ana', email: 'ana@acme.example' };
const rita = { name: 'rita', email: 'rita@acme.example' };

/** A third of what a waiver may last. */
const days = waiverDaysMax / 3;
const dayMilliseconds = 24 * 60 * 60 * 1000;

export const waiverText = (today: string): string => `name: partner-tags
rule: aws-ecr-enforce-immutable-repository
address: aws_ecr_repository.partner_images
environment: ${partners.environment}
service: ${partners.service}
reason: the partners' build overwrites its tag until their new pipeline is there
owner: ana
from: ${today}
until: ${new Date(Date.parse(beginOfDay(today)) + (days - 1) * dayMilliseconds).toISOString().slice(0, 10)}
`;

export async function waive(catalog: GitRepository, text: string): Promise<void> {
  const file = { 'waivers/partner-tags.yaml': text };
  const proposal = await propose(catalog, ana, 'waive-partner-tags', file, 'Waive mutable tags for partners, for a month');
  await merge(catalog, rita, proposal);
}

export const waiverLog = ['log', '--graph', '--format=%an <%ae>  %s', '-3', 'main'] as const;
