// The live feed for the Manager and the Dashboard, WebSocket /api/v1/live: everything first, then every change.
import { z } from 'zod';
import { controlSchema } from './classroom/control.ts';
import { raisedHandSchema } from './classroom/hands.ts';
import { standingKinds } from '#model/standing.ts';
import { standingOrderSchema } from './classroom/standing.ts';
import {
  computerSchema,
  idSchema,
  sessionCheckSchema,
  sessionSchema,
  settingsSchema,
  stationSchema,
  supervisorSchema,
  timeRequestSchema,
} from './values.ts';

export const liveEventSchema = z.discriminatedUnion('event', [
  /** Whole state; replaces what was known. */
  z.object({
    event: z.literal('snapshot'),
    computers: z.array(computerSchema),
    stations: z.array(stationSchema),
    sessions: z.array(sessionSchema),
    settings: settingsSchema,
  }),
  z.object({ event: z.literal('computer.changed'), computer: computerSchema }),
  /** What saving would do to the programs of the running sessions of a computer; asked anew while somebody looks. */
  z.object({ event: z.literal('checks.changed'), computer: z.string(), checks: z.array(sessionCheckSchema) }),
  z.object({ event: z.literal('station.changed'), station: stationSchema }),
  z.object({ event: z.literal('station.removed'), station: idSchema }),
  z.object({ event: z.literal('session.changed'), session: sessionSchema }),
  z.object({ event: z.literal('session.removed'), session: idSchema }),
  /** Who asks for more time now; told after the snapshot if anybody does, and when that changes. */
  z.object({ event: z.literal('time-requests.changed'), requests: z.array(timeRequestSchema) }),
  /** Who sees or uses whose desktop; told after the snapshot if anybody does, and when that changes. */
  z.object({ event: z.literal('controls.changed'), controls: z.array(controlSchema) }),
  /** To Dashboards: who else has one open and sees some of the same people; told after the snapshot and when that changes. */
  z.object({ event: z.literal('supervisors.changed'), supervisors: z.array(supervisorSchema) }),
  /** All standing orders of a kind; told after the snapshot if there are any, and when they change. */
  z.object({ event: z.literal('standing.changed'), kind: z.enum(standingKinds), orders: z.array(standingOrderSchema) }),
  /** Who has a hand up, in the order in which they raised it; told after the snapshot if there is anybody, and when it changes. */
  z.object({ event: z.literal('hands.changed'), hands: z.array(raisedHandSchema) }),
  z.object({ event: z.literal('settings.changed'), settings: settingsSchema }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;
