// The reference of the API, for everybody who writes a program for it.
import { msg } from '../shared/i18n.ts';
import { openPage } from '../shared/page.tsx';
import { ApiReference } from './api-reference.tsx';

await openPage({ en: () => import('./locales/en.po'), fr: () => import('./locales/fr.po') }, msg('API'), <ApiReference />);
