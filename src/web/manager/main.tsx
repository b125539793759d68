// The Manager: the administrator's page.
import { openPage } from '../shared/page.tsx';
import { Manager } from './manager.tsx';
import { msg } from '../shared/i18n.ts';

// The set-up code leaves the address bar before anything else happens; it is not kept in the history either.
const setupCode = /^#setup=([^&]+)$/.exec(location.hash)?.[1] ?? null;
if (setupCode !== null) history.replaceState(null, '', '/manager');

await openPage(
  { en: () => import('./locales/en.po'), fr: () => import('./locales/fr.po') },
  msg('Manager'),
  <Manager setupCode={setupCode === null ? null : decodeURIComponent(setupCode)} />,
);
