/**
 * Everybody, before every team, in every environment, with and without a second factor: the questions, and what was
 * answered in the fewest words, so that a person can read all of it in one table.
 */
import { type Action, type Caller, installation, type Resource } from '../../domain/caller.ts';

export interface Persona {
  readonly name: string;
  readonly kind: Caller['kind'];
  readonly groups: readonly string[];
}

/** Seen from the team `risk`: what it may do with its own is "own". */
export const personas: readonly Persona[] = [
  { name: 'team', kind: 'human', groups: ['risk'] },
  { name: 'on call', kind: 'human', groups: ['sre'] },
  { name: 'approver', kind: 'human', groups: ['ml-owners'] },
  { name: 'auditor', kind: 'human', groups: ['audit'] },
  { name: 'data owner', kind: 'human', groups: ['data-owners'] },
  { name: 'platform team', kind: 'human', groups: ['platform'] },
  { name: 'nobody', kind: 'human', groups: [] },
  { name: 'team’s CI', kind: 'machine', groups: ['risk'] },
  { name: 'on-call’s CI', kind: 'machine', groups: ['sre', 'ml-owners', 'audit'] },
];

const teams = ['risk', 'growth'] as const;
const environments = ['staging', 'production'] as const;
const factors = [true, false] as const;

export interface Point {
  readonly team: (typeof teams)[number];
  readonly environment: (typeof environments)[number];
  readonly mfa: boolean;
}

export const points: readonly Point[] = teams.flatMap((team) =>
  environments.flatMap((environment) => factors.map((mfa): Point => ({ team, environment, mfa }))),
);

export interface Question {
  readonly caller: Caller;
  readonly action: Action;
  readonly resource: Resource;
}

const approverGroups = ['ml-owners', 'sre'];

export function questionOf({ kind, groups }: Persona, action: Action, { team, environment, mfa }: Point): Question {
  return {
    caller: { subject: 'ana', kind, groups, mfa, authenticatedAt: mfa ? 1_700_000_000 : null },
    action,
    // A line is every team's, and the installation nobody's: the API asks about them without naming one.
    resource: action.startsWith('line.')
      ? { service: '*', environment, team: '*', approverGroups }
      : action === 'installation.read'
        ? installation
        : { service: `${team}-scorer`, environment, team, approverGroups },
  };
}

/** `answers` in the order of `points`. */
export function summarise(answers: readonly boolean[]): string {
  const allowed = points.filter((_, index) => answers[index] === true);
  if (allowed.length === 0) return '–';
  if (allowed.length === points.length) return 'all';
  const seen = <Value>(of: (point: Point) => Value) => [...new Set(allowed.map(of))];
  const [inTeams, inEnvironments, withMfa] = [seen(({ team }) => team), seen(({ environment }) => environment), seen(({ mfa }) => mfa)];
  // A box can be said by its sides; anything else has to be listed.
  if (allowed.length !== inTeams.length * inEnvironments.length * withMfa.length) return allowed.map(spelled).join('; ');
  return [
    inTeams.length === teams.length ? 'all' : inTeams[0] === 'risk' ? 'own' : 'others’',
    ...(inEnvironments.length === environments.length ? [] : [`in ${String(inEnvironments[0])}`]),
    ...(withMfa.length === factors.length ? [] : [withMfa[0] === true ? 'with MFA' : 'without MFA']),
  ].join(' ');
}

const spelled = ({ team, environment, mfa }: Point): string => `${team} ${environment}${mfa ? ' MFA' : ''}`;
