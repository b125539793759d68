// `token`: what programs and the command line from elsewhere are let in with.
import type { Token } from '#contract/api.ts';
import type { TokenScope } from '#model/permissions.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson, say, table, timeText } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { wholeNumber } from './numbers.ts';
import type { RoomOptions } from './room-commands.ts';
import { scopeAfter } from './scope-options.ts';
import type { ScopeOptions } from './scope-options.ts';
import { levelText } from './user-commands.ts';

function expiryText({ expiresAt }: Token, now: number): string {
  if (expiresAt === null) return 'never';
  return expiresAt <= now ? `expired ${timeText(expiresAt, now)}` : timeText(expiresAt, now);
}

export async function listTokens(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const tokens = await gateway.call('tokens');
  if (options.json) {
    answerJson(tokens);
    return;
  }
  const now = Date.now();
  const rows = tokens.map((token) => [
    token.id,
    token.name,
    levelText[token.level],
    token.scopes === null ? 'everything' : token.scopes.join(', '),
    timeText(token.createdAt, now),
    expiryText(token, now),
    token.lastUsedAt === null ? 'never' : timeText(token.lastUsedAt, now),
  ]);
  answer(table(['Id', 'Name', 'Level', 'Scopes', 'Made', 'Expires', 'Last used'], rows));
}

export async function addToken(
  gateway: GatewayClient,
  options: RoomOptions & ScopeOptions & { level: 'dashboard' | 'administrator'; scope?: TokenScope[]; expires: string },
  name: string,
): Promise<void> {
  const { level, scope, expires } = options;
  const expiresInDays = expires === 'never' ? null : wholeNumber(expires, '--expires', 1, 3650);
  const sees = scopeAfter(options, null) ?? null;
  if (sees !== null && level !== 'dashboard')
    throw new CommandError('--rooms and --groups are for --level dashboard', exitCode.usage);
  const made = await gateway.call('makeToken', { body: { name, level, scopes: scope ?? null, expiresInDays, sees } });
  if (options.json) {
    answerJson(made);
    return;
  }
  say('The token is shown this once. Keep it in a file that only you can read (--token-file), or in STATIONMASTER_TOKEN.');
  if (made.expiresAt !== null) say(`It holds until ${timeText(made.expiresAt, Date.now())}.`);
  answer(made.token);
}

export async function revokeTokens(gateway: GatewayClient, options: RoomOptions, ...words: string[]): Promise<void> {
  const tokens = await gateway.call('tokens');
  const revoked: string[] = [];
  for (const word of words) {
    const byId = tokens.filter((token) => token.id === word);
    const found = byId.length > 0 ? byId : tokens.filter((token) => token.name === word);
    const [token] = found;
    if (token === undefined)
      throw new CommandError(`there is no token "${word}"; see: stationmaster token list`, exitCode.notFound);
    if (found.length > 1)
      throw new CommandError(`"${word}" is not clear; give the id, see: stationmaster token list`, exitCode.usage);
    await gateway.call('revokeToken', { params: { id: token.id } });
    revoked.push(token.name);
  }
  if (options.json) answerJson({ revoked });
  else answer(`Revoked: ${revoked.join(', ')}`);
}
