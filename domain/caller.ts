/** Who is calling: a verified token as a domain value. The API makes it, OPA and the workflows read it. */
export interface Caller {
  readonly subject: string;
  readonly kind: 'human' | 'machine';
  readonly groups: readonly string[];
  readonly mfa: boolean;
  /** Unix seconds; `null` when the issuer does not say. */
  readonly authenticatedAt: number | null;
}

/** Every act the API asks OPA about. */
export const actions = [
  'release.start',
  'release.override',
  'release.preview',
  'release.read',
  'release.approve',
  'release.withdraw',
  'release.hold',
  'release.resume',
  'release.abort',
  'release.skipUndo',
  'rollback.start',
  'service.read',
  'line.read',
  'line.stop',
  'line.resume',
  'installation.read',
  'strays.read',
  // Of what told nobody: notices, and findings among the dead letters.
  'notice.read',
  'notice.settle',
] as const;
export type Action = (typeof actions)[number];

export interface Resource {
  readonly service: string;
  readonly environment: string;
  readonly team: string;
  readonly approverGroups: readonly string[];
}

/** Plimsoll itself: of no service, environment or team. */
export const installation: Resource = { service: '*', environment: '*', team: '*', approverGroups: [] };
