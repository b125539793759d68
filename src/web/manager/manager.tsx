// The Manager's frame: set-up or sign-in first, then its tabs.
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { HistoryRegular } from '@fluentui/react-icons/svg/history';
import { HomeRegular } from '@fluentui/react-icons/svg/home';
import { PeopleRegular } from '@fluentui/react-icons/svg/people';
import { ServerRegular } from '@fluentui/react-icons/svg/server';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { msg } from '../shared/i18n.ts';
import { TabbedPage, usePageTab } from '../shared/page-tabs.tsx';
import type { Tabs } from '../shared/page-tabs.tsx';
import { SignedInOnly } from '../shared/page.tsx';
import type { SignedIn } from '../shared/page.tsx';
import { StationsView } from '../shared/stations/stations-view.tsx';
import { ActivityTab } from './activity-tab.tsx';
import { HomeTab } from './home-tab.tsx';
import { LeavingBar } from './leaving-bar.tsx';
import { LineHistory } from './line-history.tsx';
import { SetupPage } from './setup-page.tsx';
import { SystemsTab } from './systems-tab.tsx';
import { UsersTab } from './users-tab.tsx';

export type TabName = 'home' | 'stations' | 'users' | 'systems' | 'activity';

const tabs: Tabs<TabName> = {
  home: { label: msg('Home'), Icon: HomeRegular },
  stations: { label: msg('Stations'), Icon: DesktopRegular },
  users: { label: msg('Users'), Icon: PeopleRegular },
  systems: { label: msg('Systems'), Icon: ServerRegular },
  activity: { label: msg('Activity'), Icon: HistoryRegular },
};

function Shell({ signedIn }: { signedIn: SignedIn }): ReactNode {
  const { _ } = useLingui();
  const [tab, open] = usePageTab('manager', tabs);
  return (
    <TabbedPage
      title={msg('Manager')}
      help={tab}
      signedIn={signedIn}
      tabs={tabs}
      label={_('Pages of the Manager')}
      tab={tab}
      open={open}
    >
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
    </TabbedPage>
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
