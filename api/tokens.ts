/** Names under which Nest finds what is not a class of ours. */
export const CONFIG = Symbol('Config');
export const LOGGER = Symbol('Logger');
export const RELEASES_GATEWAY = Symbol('ReleasesGateway');
export const AUTHORITY = Symbol('Authority');
export const VERIFIER = Symbol('CallerVerifier');
export const FINDINGS_STORE = Symbol('FindingsStore');
export const COUNTS_STORE = Symbol('CountsStore');
export const LEDGER = Symbol('Ledger');
export const ENDED_RELEASES = Symbol('EndedReleases');
export const PACE = Symbol('Pace');
export const PROOFS = Symbol('ProofVerifier');
export const TRUST = Symbol('Trust');
