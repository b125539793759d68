// Configures several stations at once: the room that they stand in, how their screens hang, their language. What is left as it is stays
// as it is at each.
import { Checkbox, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { plainConfiguration } from '#model/station.ts';
import type { Station, StationConfiguration } from '#model/station.ts';
import { api, textOf } from '../api.ts';
import { FormDialog } from '../form-dialog.tsx';
import { useNotices } from '../notices.tsx';
import { LanguageField, OrientationField } from './screen-fields.tsx';

const useStyles = makeStyles({
  field: { paddingInlineStart: tokens.spacingHorizontalXXL },
});

type Part = 'room' | 'orientation' | 'language';

interface Failed {
  station: Station;
  error: unknown;
}

/** Of several stations, these could not be configured. */
class SomeFailed extends Error {
  readonly failed: readonly Failed[];

  constructor(failed: readonly Failed[]) {
    super(failed.map(({ station, error }) => `${station.name}: ${textOf(error)}`).join(' '));
    this.failed = failed;
  }
}

export function ConfigureSeveralDialog(props: { stations: readonly Station[]; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const [parts, setParts] = useState<ReadonlySet<Part>>(new Set());
  const [configuration, setConfiguration] = useState<StationConfiguration>(
    props.stations[0]?.configuration ?? plainConfiguration,
  );
  const [left, setLeft] = useState(props.stations);
  const set = (change: Partial<StationConfiguration>): void => setConfiguration({ ...configuration, ...change });
  const toggle = (part: Part, on: boolean): void => {
    const next = new Set(parts);
    if (on) next.add(part);
    else next.delete(part);
    setParts(next);
  };
  const save = async (): Promise<void> => {
    const given = { ...configuration, room: configuration.room.trim() };
    const change = Object.fromEntries([...parts].map((part) => [part, given[part]]));
    const failed: Failed[] = [];
    // One after the other: a room that is new is made by the first.
    for (const station of left) {
      const { orientation: _own, ...rest } = change as Partial<StationConfiguration>;
      try {
        await api('configureStation', {
          params: { id: station.id },
          body: { configuration: station.split?.half === 'right' ? rest : change },
        });
      } catch (error) {
        failed.push({ station, error });
      }
    }
    const done = left.length - failed.length;
    if (done > 0)
      notices.done(_('{count, plural, one {# station is configured.} other {# stations are configured.}}', { count: done }));
    if (failed.length === 0) return;
    setLeft(failed.map(({ station }) => station));
    throw new SomeFailed(failed);
  };
  const part = (name: Part, label: string, field: ReactNode): ReactNode => (
    <div>
      <Checkbox label={label} checked={parts.has(name)} onChange={(_event, data) => toggle(name, data.checked === true)} />
      {parts.has(name) && <div className={styles.field}>{field}</div>}
    </div>
  );
  return (
    <FormDialog
      title={_('{count, plural, one {Configure # station} other {Configure # stations}}', { count: props.stations.length })}
      verb={_('Save')}
      valid={parts.size > 0}
      send={save}
      explain={(error) =>
        error instanceof SomeFailed
          ? {
              intent: 'error',
              text: error.failed.map(({ station, error: reason }) => (
                <div key={station.id}>
                  {station.name}: {textOf(reason)}
                </div>
              )),
            }
          : null
      }
      close={props.close}
    >
      {part(
        'room',
        _('Change the room'),
        <Field label={_('Room')} hint={_('A new name makes a new room. Empty: none.')}>
          <Input value={configuration.room} maxLength={64} onChange={(_event, data) => set({ room: data.value })} />
        </Field>,
      )}
      {part(
        'orientation',
        _('Change the orientation'),
        <OrientationField value={configuration.orientation} choose={(orientation) => set({ orientation })} />,
      )}
      {part(
        'language',
        _('Change the language'),
        <LanguageField value={configuration.language} choose={(language) => set({ language })} />,
      )}
    </FormDialog>
  );
}
