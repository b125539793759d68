// Does something to several desktops at once, and tells what became of it.
import { useMemo } from 'react';
import type { Who } from '#contract/classroom/audience.ts';
import type { Outcome } from '#contract/route.ts';
import type { Session } from '#model/session.ts';
import { ApiError } from '../shared/api.ts';
import { namesText } from '../shared/names-text.ts';
import { useNotices } from '../shared/notices.tsx';

export const whoOf = (sessions: readonly Session[]): Who => ({ sessions: sessions.map(({ id }) => id) });
export const everybody: Who = { all: true };

export interface DeskActs {
  /**
   * `done` says it for so many. What failed is told by name under `failed`; for several with the reason of the first. Rejects only with
   * what the request as a whole was refused with, after that was told.
   */
  act: (
    request: () => Promise<{ outcomes: readonly Outcome[] }>,
    texts: { done: (count: number) => string; failed: string },
  ) => Promise<void>;
}

export function useDeskActs(): DeskActs {
  const notices = useNotices();
  return useMemo(
    () => ({
      async act(request, texts) {
        let outcomes: readonly Outcome[];
        try {
          ({ outcomes } = await request());
        } catch (error) {
          notices.failed(texts.failed, error);
          throw error;
        }
        const failed = outcomes.filter(({ error }) => error !== null);
        const [first] = failed;
        if (first?.error != null) {
          const names = namesText(failed.map(({ user }) => user));
          notices.failed(`${texts.failed} ${names}`, new ApiError(first.error));
        }
        if (failed.length < outcomes.length || outcomes.length === 0) notices.done(texts.done(outcomes.length - failed.length));
      },
    }),
    [notices],
  );
}
