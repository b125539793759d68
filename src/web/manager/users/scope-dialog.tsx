// Whom a Dashboard user sees in the Dashboard: everybody, or those in some rooms and classes.
import { Checkbox, Field, Radio, RadioGroup, Text, Textarea, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Scope } from '#model/classroom.ts';
import { api } from '../../shared/api.ts';
import { Failure } from '../../shared/failure.tsx';
import { FormDialog } from '../../shared/form-dialog.tsx';

const useStyles = makeStyles({
  rooms: { display: 'flex', flexWrap: 'wrap', columnGap: tokens.spacingHorizontalM },
  subtle: { color: tokens.colorNeutralForeground2 },
});

/** Group names, one a line or with commas between. */
function groupsIn(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[\n,]/)
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  ];
}

export function ScopeDialog(props: { user: string; scope: Scope | null; changed: () => void; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  // As it was when the dialogue opened: that is what the person changes.
  const [was] = useState(props.scope);
  const [some, setSome] = useState(was !== null);
  const [rooms, setRooms] = useState<ReadonlySet<string>>(new Set(was?.rooms));
  const [text, setText] = useState(was?.groups.join('\n') ?? '');
  const [tried, setTried] = useState(false);
  const known = useQuery({ queryKey: ['rooms'], queryFn: ({ signal }) => api('rooms', {}, signal), gcTime: 0 });
  const groups = groupsIn(text);
  const fault = some && rooms.size + groups.length === 0 ? _('Choose a room or type a group.') : null;
  const toggle = (room: string): void => {
    const next = new Set(rooms);
    if (!next.delete(room)) next.add(room);
    setRooms(next);
  };
  const copy = (scope: Scope | null) => scope && { rooms: [...scope.rooms], groups: [...scope.groups] };
  const send = async (): Promise<void> => {
    const scope = some ? { rooms: [...rooms], groups } : null;
    try {
      await api('changeScope', { params: { name: props.user }, body: { scope, was: copy(was) } });
    } finally {
      props.changed();
    }
  };
  // One that was removed stays given until it is taken away.
  const offered = [...new Set([...(known.data?.rooms ?? []), ...rooms])];
  return (
    <FormDialog
      title={_('Whom {user} sees in the Dashboard', { user: props.user })}
      verb={_('Save')}
      valid={fault === null}
      tried={() => setTried(true)}
      send={send}
      close={props.close}
    >
      <RadioGroup
        value={some ? 'some' : 'everybody'}
        aria-label={_('Sees in the Dashboard')}
        onChange={(_event, data) => setSome(data.value === 'some')}
      >
        <Radio value="everybody" label={_('Everybody')} />
        <Radio value="some" label={_('Only these rooms and classes')} />
      </RadioGroup>
      {some && (
        <>
          {known.isError && <Failure error={known.error} again={() => void known.refetch()} />}
          <div role="group" aria-label={_('Rooms')}>
            <Text weight="semibold">{_('Rooms')}</Text>
            <div className={styles.rooms}>
              {offered.map((room) => (
                <Checkbox key={room} label={room} checked={rooms.has(room)} onChange={() => toggle(room)} />
              ))}
              {known.isSuccess && offered.length === 0 && (
                <Text className={styles.subtle}>{_('There are no rooms yet. Stations get them in the Stations tab.')}</Text>
              )}
            </div>
          </div>
          <Field
            label={_('Classes')}
            hint={_('Linux groups, one a line. Their members are seen wherever they sit.')}
            {...(tried && fault !== null && { validationMessage: fault })}
          >
            <Textarea value={text} rows={3} spellCheck={false} onChange={(_event, data) => setText(data.value)} />
          </Field>
          <Text size={200} className={styles.subtle}>
            {_('It holds at once. Others are neither shown nor reached, whatever is done in the Dashboard.')}
          </Text>
        </>
      )}
    </FormDialog>
  );
}
