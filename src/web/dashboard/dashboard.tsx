// The Dashboard's frame: sign-in first, then the desktops that a teacher has, and the list of stations.
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { GridRegular } from '@fluentui/react-icons/svg/grid';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { msg } from '../shared/i18n.ts';
import { TabbedPage, usePageTab } from '../shared/page-tabs.tsx';
import type { Tabs } from '../shared/page-tabs.tsx';
import { SignedInOnly } from '../shared/page.tsx';
import type { SignedIn } from '../shared/page.tsx';
import { StationsView } from '../shared/stations/stations-view.tsx';
import { ControlProvider } from './control.tsx';
import { DesktopsTab } from './desktops-tab.tsx';
import { RaisedHands } from './raised-hands.tsx';
import { Supervisors } from './supervisors.tsx';

const tabs: Tabs<'desktops' | 'stations'> = {
  desktops: { label: msg('Desktops'), Icon: GridRegular },
  stations: { label: msg('Stations'), Icon: DesktopRegular },
};

function Shell({ signedIn }: { signedIn: SignedIn }): ReactNode {
  const { _ } = useLingui();
  const [tab, open] = usePageTab('dashboard', tabs);
  return (
    <TabbedPage
      title={msg('Dashboard')}
      help="dashboard"
      signedIn={signedIn}
      tabs={tabs}
      label={_('Pages of the Dashboard')}
      tab={tab}
      open={open}
    >
      <Supervisors />
      <RaisedHands />
      {tab === 'desktops' && (
        <ControlProvider>
          <DesktopsTab />
        </ControlProvider>
      )}
      {tab === 'stations' && <StationsView principal={signedIn.principal} />}
    </TabbedPage>
  );
}

export function Dashboard(): ReactNode {
  return (
    <SignedInOnly page="dashboard" title={msg('Dashboard')} purpose={msg('See who is working where, and help.')}>
      {(signedIn) => <Shell signedIn={signedIn} />}
    </SignedInOnly>
  );
}
