// Blocking and unblocking desktops.
import type { blockRoutes } from '#contract/classroom/block.ts';
import type { AnswerParts, Answers } from '../api-answers.ts';
import { deedOf } from '../deeds.ts';

export function blockAnswers({ audience, audit, blocks, fleet }: AnswerParts): Pick<Answers, keyof typeof blockRoutes> {
  const { standing } = blocks;
  return {
    blocks: () => ({ orders: standing.list() }),
    blockDesktops: async ({ caller, body: { who, message = blocks.messageOf(caller) } }) => {
      const all = 'all' in who;
      if (all) {
        standing.give(caller, { scope: audience.scopeOf(caller) }, message);
        audit.note({ ...deedOf(caller, 'desktops.block-all', '', { message }), outcome: 'done' });
      }
      return {
        outcomes: await audience.each(caller, { action: 'session.block', deed: 'session.block', who }, ({ user }) => {
          if (!all) standing.give(caller, { user }, message);
        }),
      };
    },
    unblockDesktops: async ({ caller, body: { who, others } }) => {
      const act = { action: 'session.block', deed: 'session.unblock', who } as const;
      if (!('all' in who))
        return { outcomes: await audience.each(caller, act, (session) => standing.release(caller, session, others)), left: [] };
      const had = await audience.all(caller, 'session.block');
      const blocked = new Set(had.filter((session) => standing.of(session) != null).map(({ id }) => id));
      const left = await standing.releaseAll(caller, had, others);
      audit.note({ ...deedOf(caller, 'desktops.unblock-all', '', { others: others ? 1 : 0 }), outcome: 'done' });
      const outcomes = await audience.each(caller, { ...act, suits: ({ id }) => blocked.has(id) }, async (session) => {
        // What somebody else ordered for one of them is told as such.
        if (fleet.session(session.id) !== null) await standing.release(caller, session, others);
      });
      return { outcomes, left };
    },
    blockMessage: ({ caller }) => ({ message: blocks.messageOf(caller) }),
    changeBlockMessage: ({ caller, body: { message } }) => {
      blocks.setMessage(caller, message, () =>
        audit.record({ ...deedOf(caller, 'desktops.block-message', '', { message }), outcome: 'done' }),
      );
      return { message };
    },
  };
}
