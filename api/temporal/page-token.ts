/** Page tokens of lists: Temporal's own, bound to the question that they continue. */
import { digestText, hexOf } from '../../domain/digest.ts';
import { Problem } from '../http/problem.ts';

/**
 * The server's own token, and which question it belongs to. Sent with another one it would leave releases
 * out; sent broken, the server calls it an error of its own and the client tries again until its deadline.
 */
export const sealed = (token: Uint8Array, query: string): string => `${questionOf(query)}.${Buffer.from(token).toString('base64url')}`;

export function opened(pageToken: string, query: string): Buffer {
  const [question, token = ''] = pageToken.split('.');
  if (question !== questionOf(query))
    throw new Problem('request.invalid', 'pageToken: it does not belong to this filter', {
      errors: [{ field: 'pageToken', allowed: 'the `nextPageToken` of the page before, with the same filter' }],
    });
  return Buffer.from(token, 'base64url');
}

/** Sixteen digits tell any two filters apart; nobody gains by making one up. */
const questionOf = (query: string): string => hexOf(digestText(query)).slice(0, 16);
