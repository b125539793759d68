// Configures a station: its name, the room that it stands in, its screen and language, who may use it. Says so if somebody else changed
// it meanwhile.
import { Combobox, Field, Input, Option, Radio, RadioGroup, Subtitle2, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Station, StationConfiguration } from '#model/station.ts';
import { ApiError, api, isChangedMeanwhile } from '../api.ts';
import { FormDialog, moreToFillIn } from '../form-dialog.tsx';
import { LanguageField, OrientationField } from './screen-fields.tsx';

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  pair: { display: 'grid', gap: tokens.spacingHorizontalM, gridTemplateColumns: 'repeat(auto-fit, minmax(180px, 1fr))' },
  names: { paddingInlineStart: tokens.spacingHorizontalXL },
});

/** Names with commas between them, as people type them. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[,\n]/).map((name) => name.trim()))].filter((name) => name !== '');
}

function changesOf(before: StationConfiguration, after: StationConfiguration): Partial<StationConfiguration> {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof StationConfiguration]),
    ),
  );
}

/** `station` is the station as it is now, also while the dialogue is open. */
export function ConfigureDialog({ station, close }: { station: Station; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [general, whose, itself] = [useId(), useId(), useId()];
  const [opened] = useState(station);
  const [name, setName] = useState(station.name);
  const [configuration, setConfiguration] = useState(station.configuration);
  const [limited, setLimited] = useState(station.configuration.users.length + station.configuration.groups.length > 0);
  const [users, setUsers] = useState(station.configuration.users.join(', '));
  const [groups, setGroups] = useState(station.configuration.groups.join(', '));
  const [password, setPassword] = useState('');
  const [confirms, setConfirms] = useState(false);
  const [rooms, setRooms] = useState<readonly string[]>([]);
  const [told, setTold] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  useEffect(() => {
    const left = new AbortController();
    api('rooms', {}, left.signal).then(
      (known) => setRooms(known.rooms),
      () => {
        // Without the list a room can still be typed.
      },
    );
    return () => left.abort();
  }, []);
  const nobody = limited && namesIn(users).length + namesIn(groups).length === 0;
  const ready = name.trim() !== '' && !nobody;
  const set = (change: Partial<StationConfiguration>): void => setConfiguration((now) => ({ ...now, ...change }));
  const save = async (): Promise<unknown> => {
    const before = told ? station : opened;
    const after = {
      ...configuration,
      room: configuration.room.trim(),
      autoLogon: configuration.autoLogon.trim(),
      users: limited ? namesIn(users) : [],
      groups: limited ? namesIn(groups) : [],
    };
    const changes = changesOf(before.configuration, after);
    const isChanged = Object.keys(changes).length > 0;
    try {
      await api('configureStation', {
        params: { id: station.id },
        body: {
          ...((name.trim() !== before.name || !isChanged) && { name: name.trim(), was: before.name }),
          ...(isChanged && { configuration: changes, wasConfiguration: before.configuration }),
          ...(confirms && password !== '' && { password }),
        },
      });
      return undefined;
    } catch (failure) {
      setPassword('');
      // Pressing Save once more then overwrites what the person has now been told of.
      if (isChangedMeanwhile(failure)) setTold(true);
      input.current?.focus();
      // The computer wants to know that it is an administrator who asks.
      const asksToConfirm = failure instanceof ApiError && failure.code === 'auto-logon-not-allowed' && !confirms;
      if (!asksToConfirm) throw failure;
      setConfirms(true);
      return moreToFillIn;
    }
  };
  const wanted = configuration.room.trim().toLocaleLowerCase();
  return (
    <FormDialog
      title={_('Configure station')}
      verb={_('Save')}
      valid={ready}
      send={save}
      explain={(error) =>
        isChangedMeanwhile(error)
          ? { intent: 'warning', text: conflictText(_, station.name !== opened.name, station.name) }
          : null
      }
      close={close}
    >
      <section className={styles.section} aria-labelledby={general}>
        <Subtitle2 as="h3" id={general}>
          {_('Place and screen')}
        </Subtitle2>
        <Field label={_('Name')} hint={_('As people call this place. It is shown on its screen and in the lists.')}>
          <Input
            ref={(element: HTMLInputElement | null) => {
              input.current = element;
            }}
            value={name}
            maxLength={64}
            autoComplete="off"
            onChange={(_event, data) => setName(data.value)}
          />
        </Field>
        <Field label={_('Room')} hint={_('Choose one, or type a new one. Empty: none.')}>
          <Combobox
            freeform
            value={configuration.room}
            selectedOptions={[configuration.room]}
            maxLength={64}
            onChange={(event) => set({ room: event.target.value })}
            onOptionSelect={(_event, data) => {
              // Nothing is chosen any more while something new is typed.
              if (data.optionValue !== undefined) set({ room: data.optionValue });
            }}
          >
            {rooms
              .filter((room) => rooms.includes(configuration.room) || room.toLocaleLowerCase().includes(wanted))
              .map((room) => (
                <Option key={room} value={room}>
                  {room}
                </Option>
              ))}
          </Combobox>
        </Field>
        <div className={styles.pair}>
          {station.split?.half !== 'right' && (
            <OrientationField value={configuration.orientation} choose={(orientation) => set({ orientation })} />
          )}
          <LanguageField value={configuration.language} choose={(language) => set({ language })} />
        </div>
      </section>
      <section className={styles.section} aria-labelledby={whose}>
        <Subtitle2 as="h3" id={whose}>
          {_('Who may use it')}
        </Subtitle2>
        <RadioGroup
          aria-labelledby={whose}
          value={limited ? 'these' : 'all'}
          onChange={(_event, data) => setLimited(data.value === 'these')}
        >
          <Radio value="all" label={_('All who may sign in at stations')} />
          <Radio value="these" label={_('Only these, and administrators')} />
        </RadioGroup>
        {limited && (
          <div className={styles.names}>
            <Field label={_('Accounts')} hint={_('Account names, with commas between them.')}>
              <Input value={users} autoComplete="off" onChange={(_event, data) => setUsers(data.value)} />
            </Field>
            <Field label={_('Groups')} hint={_('Groups of the computer, with commas between them.')}>
              <Input value={groups} autoComplete="off" onChange={(_event, data) => setGroups(data.value)} />
            </Field>
          </div>
        )}
      </section>
      <section className={styles.section} aria-labelledby={itself}>
        <Subtitle2 as="h3" id={itself}>
          {_('Auto-logon')}
        </Subtitle2>
        <Field
          label={_('Account')}
          hint={_(
            'The station signs this account in by itself, without a password. Empty: none. SHIFT while disconnecting shows the sign-in page.',
          )}
        >
          <Input
            value={configuration.autoLogon}
            autoComplete="off"
            maxLength={256}
            onChange={(_event, data) => {
              set({ autoLogon: data.value });
              setConfirms(false);
            }}
          />
        </Field>
        {confirms && (
          <Field
            label={_('Your password')}
            validationState="warning"
            validationMessage={_(
              'The computer keeps its own list of accounts that it signs in without a password. Confirm with your password that this one belongs there; no password is kept.',
            )}
          >
            <Input
              type="password"
              value={password}
              autoComplete="current-password"
              maxLength={512}
              onChange={(_event, data) => setPassword(data.value)}
            />
          </Field>
        )}
      </section>
    </FormDialog>
  );
}

function conflictText(_: ReturnType<typeof useLingui>['_'], renamed: boolean, now: string): string {
  return renamed
    ? _('Somebody else renamed this station to “{name}” meanwhile. Press Save again to use your name.', { name: now })
    : _('Somebody else changed this station meanwhile. Press Save again to have it your way.');
}
