// The words for what a token may be held to.
import type { TokenScope } from '#model/permissions.ts';
import { msg } from '../../shared/i18n.ts';

export const scopeLabels: Readonly<Record<TokenScope, { label: string; hint: string }>> = {
  read: { label: msg('Look only'), hint: msg('Sees everything, also who did what. Changes nothing.') },
  metrics: { label: msg('Metrics'), hint: msg('For a monitoring system: the numbers at /metrics and nothing else.') },
  sessions: { label: msg('Sessions'), hint: msg('Suspends, moves, hibernates and logs off sessions.') },
  stations: { label: msg('Stations'), hint: msg('Lets stations in, configures, splits, identifies and removes them.') },
  computers: {
    label: msg('Computers'),
    hint: msg('Restarts and shuts down, and closes the stations for maintenance.'),
  },
  users: {
    label: msg('Users'),
    hint: msg('Makes, changes and removes accounts and sets passwords; not of administrators.'),
  },
  settings: { label: msg('Settings'), hint: msg('Sees and changes the settings of the room, and puts alerts aside.') },
};
