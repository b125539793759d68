// Whom something is done to from the Dashboard: all that the teacher has, or some of them.
import { z } from 'zod';
import { countdown, outcomes, route } from '../route.ts';
import { idSchema } from '../values.ts';

export const whoSchema = z.union([
  z.object({ all: z.literal(true) }),
  z.object({ sessions: z.array(idSchema).min(1).max(1000) }),
]);
export type Who = z.output<typeof whoSchema>;

export const audienceRoutes = {
  desktops: route({
    method: 'GET',
    path: '/desktops',
    action: 'sessions.list',
    summary: 'The sessions that one has in the Dashboard, with the room and the classes of each',
    reply: z.object({
      sessions: z.array(
        z.object({
          id: idSchema,
          /** Of the station that shows it, or did last; empty: none. */
          room: z.string(),
          /** The Linux groups of its person that are none of the system's. */
          classes: z.array(z.string()),
        }),
      ),
    }),
  }),
  suspendDesktops: route({
    method: 'POST',
    path: '/desktops/suspend',
    action: 'session.suspend',
    summary: 'Suspend some desktops, or all of those that one has in the Dashboard',
    body: z.object({ who: whoSchema }),
    reply: outcomes,
  }),
  logOffDesktops: route({
    method: 'POST',
    path: '/desktops/log-off',
    action: 'session.log-off',
    summary: 'Log some people off, or all of those that one has in the Dashboard',
    body: countdown.extend({ who: whoSchema }),
    reply: outcomes,
  }),
} as const;
