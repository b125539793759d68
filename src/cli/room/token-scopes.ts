// What the scopes of a token are for, in words.
import { tokenScopes } from '#model/permissions.ts';
import type { TokenScope } from '#model/permissions.ts';

const scopeText: Readonly<Record<TokenScope, string>> = {
  read: 'see everything, change nothing',
  metrics: '/metrics only, for a monitoring system',
  sessions: 'suspend, move, save and log off sessions',
  stations: 'configure, admit, split, identify and remove stations',
  computers: 'restart, shut down, close and open the stations of a computer',
  users: 'see, make, change and remove accounts, not those of administrators',
  settings: 'see and change settings, put alerts aside',
};

export const scopeHelp = `
Scopes:
${(Object.keys(tokenScopes) as TokenScope[]).map((scope) => `  ${scope.padEnd(10)} ${scopeText[scope]}`).join('\n')}
`;
