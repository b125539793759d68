// Who has a hand up, and taking hands down.
import type { handRoutes } from '#contract/classroom/hands.ts';
import type { AnswerParts, Answers } from '../api-answers.ts';
import { shownAs } from '../deeds.ts';

export function handAnswers({ audience, hands }: AnswerParts): Pick<Answers, keyof typeof handRoutes> {
  return {
    hands: async ({ caller }) => {
      const seen = new Set((await audience.seen(caller)).map(({ id }) => id));
      return hands.list().filter(({ session }) => seen.has(session));
    },
    lowerHands: async ({ caller, body: { who } }) => ({
      outcomes: await audience.each(
        caller,
        {
          action: 'session.lower-hand',
          deed: 'session.lower-hand',
          who,
          suits: (session) => hands.isUp(session) === true,
        },
        (session) => hands.takeDown(session, shownAs(caller)),
      ),
    }),
  };
}
