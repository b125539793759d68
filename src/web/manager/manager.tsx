// The Manager's frame: set-up or sign-in first, then its tabs. The tab is in the address, so a reload keeps it.
import { Tab, TabList, makeStyles, tokens } from '@fluentui/react-components';
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { HistoryRegular } from '@fluentui/react-icons/svg/history';
import { HomeRegular } from '@fluentui/react-icons/svg/home';
import { PeopleRegular } from '@fluentui/react-icons/svg/people';
import { ServerRegular } from '@fluentui/react-icons/svg/server';
import { useLingui } from '@lingui/react';
import { useEffect, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { msg } from '../shared/i18n.ts';
import { PageHeader } from '../shared/page-header.tsx';
import { SignedInOnly } from '../shared/page.tsx';
import type { SignedIn } from '../shared/page.tsx';
import { LineBar, RoomKnown } from '../shared/room.tsx';
import { StationsView } from '../shared/stations/stations-view.tsx';
import { ActivityTab } from './activity-tab.tsx';
import { HomeTab } from './home-tab.tsx';
import { LeavingBar } from './leaving-bar.tsx';
import { LineHistory } from './line-history.tsx';
import { SetupPage } from './setup-page.tsx';
import { SystemsTab } from './systems-tab.tsx';
import { UsersTab } from './users-tab.tsx';

export type TabName = 'home' | 'stations' | 'users' | 'systems' | 'activity';

const tabs: Readonly<Record<TabName, { label: string; Icon: ComponentType }>> = {
  home: { label: msg('Home'), Icon: HomeRegular },
  stations: { label: msg('Stations'), Icon: DesktopRegular },
  users: { label: msg('Users'), Icon: PeopleRegular },
  systems: { label: msg('Systems'), Icon: ServerRegular },
  activity: { label: msg('Activity'), Icon: HistoryRegular },
};

const narrow = '@media (max-width: 560px)';

const useStyles = makeStyles({
  tabs: {
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingInline: tokens.spacingHorizontalXS,
    [narrow]: { display: 'grid', gridTemplateColumns: 'repeat(5, minmax(0, 1fr))', paddingInline: 0 },
  },
  tab: {
    [narrow]: {
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      gap: 0,
      paddingInline: '2px',
      '& .fui-Tab__content': { fontSize: '11px', lineHeight: '16px' },
      '& .fui-Tab__content--reserved-space': { display: 'none' },
    },
  },
  main: {
    flexGrow: 1,
    padding: tokens.spacingHorizontalL,
    width: '100%',
    maxWidth: '1560px',
    marginInline: 'auto',
    boxSizing: 'border-box',
    [narrow]: { padding: tokens.spacingHorizontalS },
  },
});

function tabInAddress(): TabName {
  const name = location.pathname.split('/')[2] ?? '';
  return Object.hasOwn(tabs, name) ? (name as TabName) : 'home';
}

function Shell({ signedIn }: { signedIn: SignedIn }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [tab, setTab] = useState(tabInAddress);
  useEffect(() => {
    const onMove = (): void => setTab(tabInAddress());
    addEventListener('popstate', onMove);
    return () => removeEventListener('popstate', onMove);
  }, []);
  const open = (next: TabName, query = ''): void => {
    setTab(next);
    if (next !== tabInAddress()) history.pushState(null, '', query === '' ? `/manager/${next}` : `/manager/${next}?${query}`);
  };
  return (
    <>
      <header>
        <PageHeader title={msg('Manager')} help={tab} signedIn={signedIn} />
        <TabList
          className={styles.tabs}
          selectedValue={tab}
          onTabSelect={(_event, data) => open(data.value as TabName)}
          aria-label={_('Pages of the Manager')}
        >
          {Object.entries(tabs).map(([name, { label, Icon }]) => (
            <Tab key={name} value={name} id={`tab-${name}`} aria-controls="tab-content" icon={<Icon />} className={styles.tab}>
              {_(label)}
            </Tab>
          ))}
        </TabList>
      </header>
      <LineBar />
      <main className={styles.main}>
        <div id="tab-content" role="tabpanel" aria-labelledby={`tab-${tab}`}>
          <RoomKnown>
            <LeavingBar />
            {tab === 'home' && <HomeTab open={open} />}
            {tab === 'stations' && (
              <StationsView
                principal={signedIn.principal}
                history={(row) => <LineHistory row={row} showAll={(query) => open('activity', query)} />}
              />
            )}
            {tab === 'users' && <UsersTab />}
            {tab === 'systems' && <SystemsTab />}
            {tab === 'activity' && <ActivityTab />}
          </RoomKnown>
        </div>
      </main>
    </>
  );
}

export function Manager({ setupCode }: { setupCode: string | null }): ReactNode {
  const [code, setCode] = useState(setupCode);
  if (code !== null) return <SetupPage code={code} onDone={() => setCode(null)} />;
  return (
    <SignedInOnly page="manager" title={msg('Manager')} purpose={msg('Run the room: stations, users and computers.')}>
      {(signedIn) => <Shell signedIn={signedIn} />}
    </SignedInOnly>
  );
}
