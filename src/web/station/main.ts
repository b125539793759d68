// The station page's beginning: its language, then the page.
import { i18n, startLanguage } from '../shared/i18n.ts';
import { sayAgain } from './element.ts';
import { StationPage } from './station-page.ts';

await startLanguage({ en: () => import('./locales/en.po'), fr: () => import('./locales/fr.po') });
i18n.on('change', sayAgain);
await new StationPage().start();
