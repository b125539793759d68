// What windows say of unsaved work before somebody is logged off, and what cannot be known of it.
import { Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { UnsavedWork } from '#model/session.ts';
import { namesText } from '../names-text.ts';

const useStyles = makeStyles({
  box: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  spinner: { justifyContent: 'start' },
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    maxHeight: '30vh',
    overflowY: 'auto',
  },
  item: { display: 'flex', alignItems: 'start', gap: tokens.spacingHorizontalXS, overflowWrap: 'anywhere' },
  icon: { flexShrink: 0, fontSize: '18px', marginTop: '1px', color: tokens.colorPaletteRedForeground1 },
  program: { fontWeight: tokens.fontWeightSemibold },
  subtle: { color: tokens.colorNeutralForeground2 },
});

/** How many programs that say nothing are named. */
const mostSilent = 6;

/** `look`: asks for it once, when it is shown. `several`: whose work it is is said. */
export function UnsavedList({ look, several }: { look: () => Promise<readonly UnsavedWork[]>; several: boolean }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [works, setWorks] = useState<readonly UnsavedWork[] | 'failed' | null>(null);
  const asked = useRef(look);
  useEffect(() => {
    let shown = true;
    asked.current().then(
      (found) => shown && setWorks(found),
      () => shown && setWorks('failed'),
    );
    return () => {
      shown = false;
    };
  }, []);
  if (works === null)
    return <Spinner className={styles.spinner} size="tiny" labelPosition="after" label={_('Looking for unsaved work…')} />;
  if (works === 'failed') return <div className={styles.subtle}>{_('It could not be looked whether work is unsaved.')}</div>;
  const unsaved = works.flatMap((work) => work.unsaved.map((window) => ({ ...window, user: work.user, session: work.session })));
  const unknown = works.filter(({ looked }) => !looked);
  const silent = [...new Set(works.flatMap((work) => work.silent))].toSorted();
  return (
    <div className={styles.box} role="status">
      {unsaved.length > 0 && (
        <>
          <div>{_('These windows say that work in them is not saved:')}</div>
          <ul className={styles.list}>
            {unsaved.map(({ session, user, program, title }, at) => (
              <li key={`${session} ${at}`} className={styles.item}>
                <WarningFilled className={styles.icon} />
                <span>
                  {several && `${user}: `}
                  <span className={styles.program}>{program}</span> – {title}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {unsaved.length === 0 && works.some(({ looked }) => looked) && <div>{_('No window says that work in it is unsaved.')}</div>}
      {silent.length > 0 && (
        <div className={styles.subtle}>
          {_('Not every program says so. Also open: {programs}.', {
            programs:
              silent.length > mostSilent
                ? namesText([
                    ...silent.slice(0, mostSilent),
                    _('{count, plural, one {# more} other {# more}}', { count: silent.length - mostSilent }),
                  ])
                : namesText(silent),
          })}
        </div>
      )}
      {unknown.length > 0 && works.length > 0 && (
        <div className={styles.subtle}>
          {_('It could not be looked at: {users}.', { users: namesText([...new Set(unknown.map(({ user }) => user))]) })}
        </div>
      )}
    </div>
  );
}
