// Moves a session to another station: the free ones first, then those where somebody's session has to make room.
import { MessageBar, MessageBarBody, Radio, RadioGroup, SearchBox, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import { api } from '../api.ts';
import { FormDialog, moreToFillIn } from '../form-dialog.tsx';
import { useNotices } from '../notices.tsx';
import { useRoom } from '../room.tsx';

/** More are found by searching. */
const mostShown = 60;

const useStyles = makeStyles({
  search: { maxWidth: '100%', width: '100%' },
  list: {
    maxHeight: 'min(320px, 40vh)',
    overflowY: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    paddingInline: tokens.spacingHorizontalS,
  },
  label: { overflowWrap: 'anywhere' },
  who: { color: tokens.colorNeutralForeground2 },
  empty: { color: tokens.colorNeutralForeground2, padding: tokens.spacingVerticalM },
});

interface Place {
  station: Station;
  /** Whose session is there now; null: it is free. */
  there: Session | null;
}

/** Where the session could go now: stations that are on, the free ones first, each kind by name. */
function placesFor(session: Session, stations: readonly Station[], sessions: readonly Session[]): Place[] {
  const byName = new Intl.Collator('en', { numeric: true });
  return stations
    .filter((station) => station.state === 'enrolled' && station.online && station.computer === session.computer)
    .filter((station) => station.id !== session.station)
    .map((station) => ({
      station,
      there: sessions.find((other) => other.id !== session.id && other.station === station.id && holdsStation(other)) ?? null,
    }))
    .toSorted((a, b) => Number(a.there !== null) - Number(b.there !== null) || byName.compare(a.station.name, b.station.name));
}

/** `session` is the session as it is now, also while the dialogue is open. */
export function MoveDialog({ session, close }: { session: Session; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const room = useRoom();
  const notices = useNotices();
  const [search, setSearch] = useState('');
  const [chosenId, setChosenId] = useState('');
  const places = placesFor(session, room.stations, room.sessions);
  const wanted = search.trim().toLocaleLowerCase();
  const found = places.filter(({ station, there }) =>
    [station.name, there?.user, there?.fullName].some((text) => text?.toLocaleLowerCase().includes(wanted)),
  );
  const chosen = places.find(({ station }) => station.id === chosenId) ?? null;
  const move = async ({ station, there }: Place): Promise<void> => {
    await api('moveSession', {
      params: { id: session.id },
      body: { station: station.id, displaces: there?.id ?? null, attachment: session.attachment },
    });
    notices.done(_('The session of {user} is at {station} now.', { user: session.user, station: station.name }));
  };
  return (
    <FormDialog
      title={_('Move the session of {user}', { user: session.user })}
      verb={chosen !== null && chosen.there !== null ? _('Suspend and move') : _('Move')}
      valid={chosen !== null}
      send={async () => (chosen === null ? moreToFillIn : await move(chosen))}
      close={close}
    >
      <div>
        {session.state === 'locked'
          ? _('The desktop goes to the chosen station as it is. It stays locked: the password is asked for there.')
          : _('The desktop goes to the chosen station as it is. Nobody has to sign in there.')}
      </div>
      <SearchBox
        className={styles.search}
        value={search}
        onChange={(_event, data) => setSearch(data.value)}
        onKeyDown={(event) => {
          // It searches, it does not move anything.
          if (event.key === 'Enter') event.preventDefault();
        }}
        placeholder={_('Search stations and users')}
        aria-label={_('Search stations and users')}
        dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
      />
      <div className={styles.list}>
        {found.length === 0 ? (
          <div className={styles.empty}>
            {places.length === 0
              ? _('No other station is on at the moment.')
              : _('Nothing matches “{search}”.', { search: search.trim() })}
          </div>
        ) : (
          <RadioGroup aria-label={_('Station')} value={chosenId} onChange={(_event, data) => setChosenId(data.value)}>
            {found.slice(0, mostShown).map(({ station, there }) => (
              <Radio
                key={station.id}
                value={station.id}
                label={
                  <span className={styles.label}>
                    {station.name}{' '}
                    <span className={styles.who}>
                      {there === null ? _('(free)') : _('({user} is there)', { user: there.user })}
                    </span>
                  </span>
                }
              />
            ))}
          </RadioGroup>
        )}
      </div>
      {found.length > mostShown && (
        <Text>
          {_('{count, plural, one {# more station is found by searching.} other {# more stations are found by searching.}}', {
            count: found.length - mostShown,
          })}
        </Text>
      )}
      {chosen !== null && chosen.there !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {_('The session of {user} is at {station}. It is suspended to make room, and goes on at the next sign-in.', {
              user: chosen.there.user,
              station: chosen.station.name,
            })}
          </MessageBarBody>
        </MessageBar>
      )}
    </FormDialog>
  );
}
