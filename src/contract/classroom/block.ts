// Blocking: the use of desktops is stopped, with a message on their screens, until it is taken back.
import { z } from 'zod';
import { longestBlockMessage } from '#model/standing.ts';
import { outcomes, route } from '../route.ts';
import { standingOrderSchema } from './standing.ts';
import { whoSchema } from './audience.ts';

/** What blocked screens say: one line or a few; empty for the usual words. */
export const blockMessageSchema = z.string().trim().max(longestBlockMessage);

export const blockRoutes = {
  blocks: route({
    method: 'GET',
    path: '/desktops/blocks',
    action: 'sessions.list',
    summary: 'Who blocks whom, since when, and what is excepted from that',
    reply: z.object({ orders: z.array(standingOrderSchema) }),
  }),
  blockDesktops: route({
    method: 'POST',
    path: '/desktops/block',
    action: 'session.block',
    summary: 'Block some desktops, or all of those that one has, also those of people who sign in later',
    body: z.object({
      who: whoSchema,
      /** The caller's own message if left out. */
      message: blockMessageSchema.optional(),
    }),
    reply: outcomes,
  }),
  unblockDesktops: route({
    method: 'POST',
    path: '/desktops/unblock',
    action: 'session.block',
    summary: 'Unblock some desktops, or all of those that one has',
    body: z.object({
      who: whoSchema,
      /** Also what somebody else blocked; without it such a desktop has the outcome `ordered-by-another` and stays as it is. */
      others: z.boolean().default(false),
    }),
    /** `left`: what others ordered for all and still holds. */
    reply: outcomes.extend({ left: z.array(standingOrderSchema) }),
  }),
  blockMessage: route({
    method: 'GET',
    path: '/desktops/block-message',
    action: 'session.block',
    summary: 'What the caller tells those who are blocked; empty for the usual words',
    reply: z.object({ message: z.string() }),
  }),
  changeBlockMessage: route({
    method: 'PATCH',
    path: '/desktops/block-message',
    action: 'session.block',
    summary: 'Change what the caller tells those who are blocked, also those who are already',
    body: z.object({ message: blockMessageSchema }),
    reply: z.object({ message: z.string() }),
  }),
} as const;
