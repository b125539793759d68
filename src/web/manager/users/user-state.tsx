// What is to know of a person beside name and account type: disabled, of a directory, with a session.
import { Badge, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { ListedPerson } from '#contract/api.ts';
import { isRunning } from '#model/session.ts';
import { statusLabels } from '../../shared/labels.ts';
import { currentLocale } from '../../shared/i18n.ts';
import { useRoom } from '../../shared/room.tsx';
import { packedPart } from './removal-text.ts';

const useStyles = makeStyles({
  badges: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
  /** Its text may need two lines. */
  badge: { height: 'auto', minHeight: '20px', minWidth: 0, overflowWrap: 'anywhere' },
});

export function UserState({ person }: { person: ListedPerson }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const room = useRoom();
  const own = room.sessions.filter((session) => session.user === person.name);
  const here = own.find((session) => session.station !== null);
  const station = here === undefined ? undefined : room.stations.find((one) => one.id === here.station);
  const inMemory = own.some((session) => isRunning(session));
  const packed = person.removal === null ? null : packedPart(person.removal);
  const lost = own.every(({ state }) => state === 'lost');
  return (
    <span className={styles.badges}>
      {person.removal !== null && (
        <Badge className={styles.badge} appearance="tint" color="warning">
          {packed === null
            ? _('Being deleted')
            : _('Being deleted: {part}', { part: packed.toLocaleString(currentLocale(), { style: 'percent' }) })}
        </Badge>
      )}
      {person.disabled && person.removal === null && (
        <Badge className={styles.badge} appearance="tint" color="danger">
          {_('Disabled')}
        </Badge>
      )}
      {person.domain && (
        <Badge className={styles.badge} appearance="tint" color="informative">
          {_('Of a directory')}
        </Badge>
      )}
      {own.length > 0 && (
        <Badge className={styles.badge} appearance="tint" color={here !== undefined ? 'success' : lost ? 'danger' : 'warning'}>
          {here !== undefined
            ? _('At {station}', { station: station?.name ?? '' })
            : inMemory
              ? _('Suspended')
              : lost
                ? _(statusLabels.lost)
                : _('Suspended (saved)')}
        </Badge>
      )}
    </span>
  );
}
