// What a route of the HTTP interface is made of; the routes themselves are in api.ts and, of the classroom, in classroom/.
import { z } from 'zod';
import type { Action } from '#model/permissions.ts';
import { errorSchema, idSchema } from './values.ts';

/** What became of one of several targets. `error` null: done. */
export const outcomeSchema = z.object({ session: idSchema, user: z.string(), error: errorSchema.nullable() });
export type Outcome = z.infer<typeof outcomeSchema>;
export const outcomes = z.object({ outcomes: z.array(outcomeSchema) });

/** Of a list that may be long: without both, all of it. The header `Link` with `rel="next"` says where it goes on. */
export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  /** From the `Link` of the piece before. */
  cursor: z.string().max(500).optional(),
});
export type Paging = z.output<typeof paging>;

const none = z.object({});
export const byId = z.object({ id: idSchema });
export const byName = z.object({ name: z.string().max(255) });

/** Of a log-off. */
export const countdown = z.object({
  /** Seconds of warning; the setting's if left out, 0 at once. */
  seconds: z.number().int().min(0).max(3600).optional(),
});

/** An answer that is a file, sent as it is made. */
export interface StreamedFile {
  type: string;
  name: string;
  text: AsyncIterable<string>;
}

/** An answer that is a picture. */
export interface PictureFile {
  type: 'image/jpeg';
  /** Null: still the one with this tag, which the asker has. */
  bytes: Uint8Array | null;
  /** Its ETag. */
  tag: string;
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, `:id` and `:name` as in `params`. */
  path: string;
  action: Action;
  params: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodType;
  reply: z.ZodType;
  summary: string;
  /** In bytes, where it may be longer than others. */
  longestBody?: number;
  /** Takes an Idempotency-Key: what it does is done once, however often the request is repeated. Nothing secret is in the reply. */
  keyed?: boolean;
  /** A list that is given in pieces where they are asked for. */
  paged?: boolean;
  /** The reply is a file of one of these types, sent as it is made; `reply` is not looked at. */
  fileTypes?: readonly string[];
  /** Who has the file already says so by If-None-Match, and may wait for another one; `reply` is a PictureFile. */
  conditional?: true;
}

const nothing = { params: none, query: none, body: none, reply: none };

export const route = <const R extends Partial<Route> & Pick<Route, 'method' | 'path' | 'action' | 'summary'>>(given: R) =>
  ({ ...nothing, ...given }) as R & Omit<typeof nothing, keyof R>;
