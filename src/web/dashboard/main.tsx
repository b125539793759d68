// The Dashboard: the teacher's page.
import { openPage } from '../shared/page.tsx';
import { Dashboard } from './dashboard.tsx';
import { msg } from '../shared/i18n.ts';

await openPage({ en: () => import('./locales/en.po'), fr: () => import('./locales/fr.po') }, msg('Dashboard'), <Dashboard />);
