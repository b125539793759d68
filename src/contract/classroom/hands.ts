// Raised hands: the people at stations who want to be helped, in the order in which they asked.
import { z } from 'zod';
import type { RaisedHand } from '#model/raised-hand.ts';
import { outcomes, route } from '../route.ts';
import { idSchema, timeSchema } from '../values.ts';
import { whoSchema } from './audience.ts';

export const raisedHandSchema = z.object({
  session: idSchema,
  user: z.string(),
  fullName: z.string(),
  station: idSchema,
  at: timeSchema,
}) satisfies z.ZodType<RaisedHand>;

export const handRoutes = {
  hands: route({
    method: 'GET',
    path: '/desktops/hands',
    action: 'sessions.list',
    summary: 'Who has a hand up, in the order in which they raised it',
    reply: z.array(raisedHandSchema),
  }),
  lowerHands: route({
    method: 'POST',
    path: '/desktops/lower-hands',
    action: 'session.lower-hand',
    summary: 'Take the hands of some people down, or all of those that one has; their stations say by whom',
    body: z.object({ who: whoSchema }),
    /** `hand-down` where it was down already; `by`: who took it down last. */
    reply: outcomes,
  }),
} as const;
