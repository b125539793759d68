// Suspending and logging off from the Dashboard.
import type { audienceRoutes } from '#contract/classroom/audience.ts';
import { holdsStation } from '#model/session.ts';
import type { AnswerParts, Answers } from '../api-answers.ts';

export function audienceAnswers({ audience, deeds, fleet, settings }: AnswerParts): Pick<Answers, keyof typeof audienceRoutes> {
  return {
    desktops: async ({ caller }) => ({ sessions: await audience.desktops(caller) }),
    suspendDesktops: async ({ caller, body: { who } }) => ({
      outcomes: await audience.each(
        caller,
        { action: 'session.suspend', deed: 'session.suspend', who, suits: holdsStation },
        ({ id, computer }) => fleet.call(computer, 'session.suspend', { session: id, cause: 'suspended-by-administrator' }),
      ),
    }),
    logOffDesktops: async ({ caller, body: { who, seconds = settings.now.logOffCountdownSeconds } }) => ({
      outcomes: await audience.each(
        caller,
        { action: 'session.log-off', deed: 'session.log-off', who, suits: holdsStation },
        // Nobody sees a warning where no station shows the session.
        (session) => deeds.logOff(caller, session, holdsStation(session) ? seconds * 1000 : 0),
      ),
    }),
  };
}
