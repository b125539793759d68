// The Dashboard: who is where, and the tasks that a teacher may do.
import { Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { msg } from '../shared/i18n.ts';
import { PageHeader } from '../shared/page-header.tsx';
import { SignedInOnly } from '../shared/page.tsx';
import { LineBar, RoomKnown } from '../shared/room.tsx';
import { StationsView } from '../shared/stations/stations-view.tsx';

const useStyles = makeStyles({
  main: {
    flexGrow: 1,
    padding: tokens.spacingHorizontalL,
    width: '100%',
    maxWidth: '1560px',
    marginInline: 'auto',
    boxSizing: 'border-box',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 560px)': { padding: tokens.spacingHorizontalS },
  },
  purpose: { color: tokens.colorNeutralForeground2, marginBottom: tokens.spacingVerticalM },
});

function Explanation(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <Text as="p" block className={styles.purpose}>
      {_('Who is signed in, and where. Choose a line to suspend a session, log a person off, or show the name of a station.')}
    </Text>
  );
}

export function Dashboard(): ReactNode {
  const styles = useStyles();
  return (
    <SignedInOnly page="dashboard" title={msg('Dashboard')} purpose={msg('See who is working where, and help.')}>
      {(signedIn) => (
        <>
          <header>
            <PageHeader title={msg('Dashboard')} help="dashboard" signedIn={signedIn} />
          </header>
          <LineBar />
          <main className={styles.main}>
            <Explanation />
            <RoomKnown>
              <StationsView principal={signedIn.principal} />
            </RoomKnown>
          </main>
        </>
      )}
    </SignedInOnly>
  );
}
