/**
 * A decision that the identity provider vouches for: an ID token of the person who decided, whose `nonce` is the
 * digest of the statement. Nobody who could write our records could have made it, and with the key beside it
 * it can be checked after the provider has forgotten both.
 */
export interface DecisionProof {
  readonly issuer: string;
  readonly idToken: string;
  /** The issuer's public key that verified it, as a JWK. */
  readonly publicKey: Readonly<Record<string, string>>;
  /** How the token says who it is: the claim, and what stands before it in our records. Without it: `sub`, and nothing. */
  readonly subject?: { readonly claim: string; readonly prefix: string };
}
