// More time for a session: how many minutes, and giving them.
import { Select } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { api } from '../api.ts';
import { useNotices } from '../notices.tsx';

const offered = [5, 10, 15, 30, 60, 120] as const;
export const usualMinutes = 15;

export function MinutesSelect({ minutes, choose }: { minutes: number; choose: (minutes: number) => void }): ReactNode {
  const { _ } = useLingui();
  return (
    <Select
      aria-label={_('How many minutes')}
      size="small"
      value={String(minutes)}
      onChange={(_event, data) => choose(Number(data.value))}
    >
      {offered.map((each) => (
        <option key={each} value={each}>
          {_('{minutes, plural, one {# minute} other {# minutes}}', { minutes: each })}
        </option>
      ))}
    </Select>
  );
}

/** Gives a session more time, and says so. Rejects with ApiError. */
export function useMoreTime(id: string, person: string): (minutes: number) => Promise<void> {
  const { _ } = useLingui();
  const notices = useNotices();
  return async (minutes) => {
    await api('extendSession', { params: { id }, body: { minutes } });
    notices.done(_('{person} has {minutes, plural, one {# more minute} other {# more minutes}}.', { person, minutes }));
  };
}
