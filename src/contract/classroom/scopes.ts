// Whom a Dashboard user has in the Dashboard: everybody, or who sits in some rooms and the members of some Linux groups.
import { z } from 'zod';
import { scopeOwners } from '#model/classroom.ts';
import { route } from '../route.ts';
import { givenNameSchema, userNameSchema } from '../values.ts';

export const scopeSchema = z
  .object({ rooms: z.array(givenNameSchema).max(100), groups: z.array(z.string().min(1).max(256)).max(100) })
  .strict()
  .refine(({ rooms, groups }) => rooms.length + groups.length > 0, { message: 'at least one room or group' });

export const scopeRoutes = {
  scopes: route({
    method: 'GET',
    path: '/scopes',
    action: 'accounts.list',
    summary: 'Who sees only some rooms and Linux groups in the Dashboard; everybody else there sees all',
    reply: z.object({
      scopes: z.array(
        z.object({
          owner: z.enum(scopeOwners),
          /** The account's name, or the token's id. */
          of: z.string(),
          scope: z.object({ rooms: z.array(z.string()), groups: z.array(z.string()) }),
        }),
      ),
    }),
  }),
  changeScope: route({
    method: 'PATCH',
    path: '/users/:name/scope',
    action: 'accounts.manage',
    summary: 'Say which rooms and Linux groups an account sees in the Dashboard; null is everybody. Holds at once',
    params: z.object({ name: userNameSchema }),
    body: z
      .object({
        scope: scopeSchema.nullable(),
        /** What the change is based on; another one now is `changed-meanwhile`. */
        was: scopeSchema.nullable().optional(),
      })
      .strict(),
    reply: z.object({ scope: z.object({ rooms: z.array(z.string()), groups: z.array(z.string()) }).nullable() }),
  }),
} as const;
