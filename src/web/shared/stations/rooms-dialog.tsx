// The rooms that stations stand in: make, rename, order and remove them, all in one step at Save.
import { Button, Input, MessageBar, MessageBarBody, Spinner, Text, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { ArrowDownRegular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUpRegular } from '@fluentui/react-icons/svg/arrow-up';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { api, isChangedMeanwhile, textOf } from '../api.ts';
import { FormDialog } from '../form-dialog.tsx';
import { useRoom } from '../room.tsx';

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  line: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  name: { flexGrow: 1, minWidth: 0 },
  add: { alignSelf: 'start' },
});

interface Line {
  key: number;
  name: string;
  was: string | undefined;
}

export function RoomsDialog({ close }: { close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { stations } = useRoom();
  const [based, setBased] = useState<readonly string[] | null>(null);
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [loadFault, setLoadFault] = useState<unknown>(null);
  const [loads, setLoads] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const left = new AbortController();
    api('rooms', {}, left.signal).then(
      ({ rooms }) => {
        setBased(rooms);
        setLines(rooms.map((name, key) => ({ key, name, was: name })));
      },
      (failure: unknown) => {
        if (!left.signal.aborted) setLoadFault(failure);
      },
    );
    return () => left.abort();
  }, [loads]);
  const names = lines.map(({ name }) => name.trim().toLocaleLowerCase());
  const double = lines.find(({ name }, at) => name.trim() !== '' && names.indexOf(name.trim().toLocaleLowerCase()) !== at)?.name;
  const ready = based !== null && double === undefined && !names.includes('');
  const move = (at: number, by: number): void => {
    const [one, other] = [lines[at], lines[at + by]];
    if (one !== undefined && other !== undefined) setLines(lines.with(at, other).with(at + by, one));
  };
  const add = (): void => {
    setLines([...lines, { key: Math.max(-1, ...lines.map(({ key }) => key)) + 1, name: '', was: undefined }]);
    requestAnimationFrame(() => list.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus());
  };
  const save = async (): Promise<void> => {
    try {
      await api('arrangeRooms', {
        body: {
          rooms: lines.map(({ name, was }) => ({ name: name.trim(), ...(was !== undefined && { was }) })),
          based: [...(based ?? [])],
        },
      });
    } catch (failure) {
      if (isChangedMeanwhile(failure)) setLoads(loads + 1);
      throw failure;
    }
  };
  const standing = (room: string | undefined): number =>
    room === undefined ? 0 : stations.filter(({ configuration }) => configuration.room === room).length;
  return (
    <FormDialog
      title={_('Rooms')}
      verb={_('Save')}
      valid={ready}
      send={save}
      explain={(error) =>
        isChangedMeanwhile(error)
          ? { intent: 'warning', text: _('Somebody else changed the rooms meanwhile. Here they are as they are now.') }
          : null
      }
      close={close}
    >
      <Text>{_('Stations stand in rooms; lists group them by these. Stations of a room that is removed stay, in no room.')}</Text>
      {based === null && loadFault === null && <Spinner />}
      <ul className={styles.list} ref={list}>
        {lines.map(({ key, name, was }, at) => (
          <li key={key} className={styles.line}>
            <Input
              className={styles.name}
              value={name}
              maxLength={64}
              autoComplete="off"
              aria-label={_('Name of room {number}', { number: at + 1 })}
              contentAfter={
                standing(was) > 0 ? (
                  <Text size={200}>{_('{count, plural, one {# station} other {# stations}}', { count: standing(was) })}</Text>
                ) : null
              }
              onChange={(_event, data) => setLines(lines.with(at, { key, name: data.value, was }))}
            />
            <Button
              appearance="subtle"
              icon={<ArrowUpRegular />}
              aria-label={_('Move {room} up', { room: name })}
              disabledFocusable={at === 0}
              onClick={() => move(at, -1)}
            />
            <Button
              appearance="subtle"
              icon={<ArrowDownRegular />}
              aria-label={_('Move {room} down', { room: name })}
              disabledFocusable={at === lines.length - 1}
              onClick={() => move(at, 1)}
            />
            <Button
              appearance="subtle"
              icon={<DeleteRegular />}
              aria-label={_('Remove {room}', { room: name })}
              onClick={() => setLines(lines.filter((line) => line.key !== key))}
            />
          </li>
        ))}
      </ul>
      <Button className={styles.add} icon={<AddRegular />} disabledFocusable={based === null} onClick={add}>
        {_('Add a room')}
      </Button>
      {double !== undefined && (
        <MessageBar intent="warning">
          <MessageBarBody>{_('There are two rooms called “{name}”.', { name: double.trim() })}</MessageBarBody>
        </MessageBar>
      )}
      {loadFault !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{textOf(loadFault)}</MessageBarBody>
        </MessageBar>
      )}
    </FormDialog>
  );
}
