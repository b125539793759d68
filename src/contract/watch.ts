// Many live pictures over one WebSocket, /api/v1/watch: the page says which it shows, the gateway sends each whenever it is another.
import { z } from 'zod';
import { mostWatched, pictureSizes } from '#model/picture.ts';
import { errorSchema, idSchema } from './values.ts';

export const watchPageSaysSchema = z.discriminatedUnion('say', [
  z.object({
    say: z.literal('show'),
    /** All that the page shows from now on; one of them is shown in several sizes by several entries. */
    pictures: z
      .array(
        z.object({
          session: idSchema,
          size: z.enum(pictureSizes),
          /** The tag of the picture that the page has of it already. */
          known: z
            .string()
            .regex(/^[\w-]{22}$/)
            .optional(),
        }),
      )
      .max(mostWatched),
  }),
  /** How many pictures came so far on this WebSocket. Who is far behind gets no more, and then the newest. */
  z.object({ say: z.literal('got'), pictures: z.number().int().nonnegative() }),
]);
export type WatchPageSays = z.infer<typeof watchPageSaysSchema>;

/** Beside the pictures, which are binary messages: there is none of this session now, and why. A picture that comes later ends it. */
export const watchSaysSchema = z.object({
  say: z.literal('none'),
  session: idSchema,
  size: z.enum(pictureSizes),
  because: errorSchema,
});
export type WatchSays = z.infer<typeof watchSaysSchema>;
