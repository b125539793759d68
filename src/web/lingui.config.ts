// The languages of the pages and where their texts lie, for Lingui's compiler in the build.
import { defineConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-po';

export default defineConfig({
  locales: ['en', 'fr'],
  sourceLocale: 'en',
  rootDir: import.meta.dirname,
  catalogs: ['shared', 'station', 'manager', 'dashboard', 'api'].map((page) => ({
    path: `<rootDir>/${page}/locales/{locale}`,
    include: [`<rootDir>/${page}`],
  })),
  // The English text itself is the identity of a message.
  format: formatter({ explicitIdAsDefault: true, lineNumbers: false, origins: false }),
});
