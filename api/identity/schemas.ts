/** What the API says about callers: who one is, and how one comes to a token. */
import { z } from 'zod';

export const me = z
  .object({
    subject: z.string(),
    kind: z.enum(['human', 'machine']),
    groups: z.array(z.string()),
    mfa: z.boolean().meta({ description: 'The token proves a second factor, by what its issuer is configured to prove it with.' }),
    authenticatedAt: z.string().meta({ format: 'date-time' }).nullable(),
    authenticationAgeSeconds: z.number().nullable().meta({ description: '`null`: the issuer does not say when.' }),
  })
  .meta({ id: 'Me', description: 'Who the API takes the caller for.' });
export type Me = z.infer<typeof me>;

export const logins = z
  .object({
    logins: z.array(
      z.object({
        issuer: z.string(),
        clientId: z.string(),
        scopes: z.array(z.string()),
        bearer: z.enum(['access', 'id']).meta({ description: 'Which of its tokens the API is sent.' }),
        resource: z.string().nullable(),
        parameters: z.record(z.string(), z.string()),
        redirectPort: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Logins', description: 'Where people log in, and as which public client.' });
export type Logins = z.infer<typeof logins>;
