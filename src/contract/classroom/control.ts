// Taking control: seeing, or seeing and using, the desktop of somebody else, together with them.
import { z } from 'zod';
import type { Control } from '#model/control.ts';
import { byId, route } from '../route.ts';
import { idSchema, timeSchema } from '../values.ts';

export const controlSchema = z.object({
  id: idSchema,
  session: idSchema,
  by: z.string(),
  uses: z.boolean(),
  since: timeSchema,
}) satisfies z.ZodType<Control>;

export const controlRoutes = {
  controlDesktop: route({
    method: 'POST',
    path: '/desktops/:id/control',
    action: 'session.control',
    summary: 'See and use a desktop together with its person, who is asked or told as the settings say; answers once they agreed',
    params: byId,
    body: z.object({
      /** False: only see it. */
      uses: z.boolean().default(true),
      /** Somebody else who uses it now only sees it from then on. */
      takeOver: z.boolean().default(false),
    }),
    reply: z.object({
      control: idSchema,
      /** For one pixel connection, within 20 seconds. It ends with that connection. */
      ticket: z.string(),
    }),
  }),
} as const;
