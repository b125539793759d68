// Standing orders as they are told: who ordered what for whom, since when.
import { z } from 'zod';
import { standingKinds } from '#model/standing.ts';
import type { StandingOrder } from '#model/standing.ts';
import { timeSchema } from '../values.ts';

export const standingOrderSchema = z.object({
  id: z.number().int(),
  kind: z.enum(standingKinds),
  user: z.string().nullable(),
  scope: z.object({ rooms: z.array(z.string()).readonly(), groups: z.array(z.string()).readonly() }).nullable(),
  value: z.string().nullable(),
  giver: z.string(),
  by: z.string(),
  at: timeSchema,
}) satisfies z.ZodType<StandingOrder>;
