// `limits list|show|set|reset`: the limits of sessions, of the computer, of Linux groups and of stations.
import { limitChangeSchema } from '#contract/values.ts';
import type { ToldLimit } from '#contract/values.ts';
import { limitNames } from '#model/limits.ts';
import type { LimitName, LimitScope, LimitValue } from '#model/limits.ts';
import { defaultSettings } from '#model/settings.ts';
import { CommandError, exitCode, valueFault } from '../exit-code.ts';
import { answer, answerJson, table } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { findStation } from './naming.ts';
import type { RoomOptions } from './room-commands.ts';
import { settingTexts } from './setting-texts.ts';

type OfOptions = RoomOptions & { group?: string; station?: string };

function sourceText({ from, name }: ToldLimit['source']): string {
  switch (from) {
    case 'default':
      return 'default';
    case 'computer':
      return 'settings';
    default:
      return `${from} ${name}`;
  }
}

/** Whose limits the options mean; null: the computer's. */
async function meant(gateway: GatewayClient, { group, station }: OfOptions): Promise<{ scope: LimitScope; of: string } | null> {
  if (group !== undefined && station !== undefined) throw new CommandError('give --group or --station, not both', exitCode.usage);
  if (group !== undefined) return { scope: 'group', of: group };
  if (station === undefined) return null;
  return { scope: 'station', of: findStation(await gateway.call('stations'), station).id };
}

function limitNamed(word: string): LimitName {
  const name = limitNames.find((one) => one === word);
  if (name === undefined) throw new CommandError(`"${word}" is none of the limits ${limitNames.join(', ')}`, exitCode.usage);
  return name;
}

export async function listLimits(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const [{ rules }, settings] = await Promise.all([gateway.call('limitRules'), gateway.call('settings')]);
  if (options.json) {
    const computer = Object.fromEntries(limitNames.map((name) => [name, settings[name]]));
    answerJson({ computer, rules });
    return;
  }
  const rows = limitNames.map((name) => ['computer', '', name, String(settings[name]), settingTexts[name]]);
  for (const { scope, name: of, exists, values } of rules) {
    for (const name of limitNames) {
      const value = values[name];
      const text = exists === false ? 'there is no such group any more' : settingTexts[name];
      if (value !== undefined) rows.push([scope, of, name, String(value), text]);
    }
  }
  answer(table(['For', 'Name', 'Limit', 'Value', 'What it does'], rows));
}

export async function showLimits(gateway: GatewayClient, options: OfOptions, user: string): Promise<void> {
  const station = options.station === undefined ? null : findStation(await gateway.call('stations'), options.station).id;
  const { limits } = await gateway.call('limitsOf', { query: { user, ...(station !== null && { station }) } });
  if (options.json) answerJson(limits);
  else
    answer(
      table(
        ['Limit', 'Value', 'From', 'What it does'],
        limits.map(({ name, value, source }) => [name, String(value), sourceText(source), settingTexts[name]]),
      ),
    );
}

async function change(
  gateway: GatewayClient,
  options: OfOptions,
  values: Partial<Record<LimitName, LimitValue | null>>,
): Promise<void> {
  const of = await meant(gateway, options);
  const known = limitChangeSchema.safeParse(values);
  if (!known.success) throw valueFault(known.error);
  if (of === null) {
    const body = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value ?? defaultSettings[name as LimitName]]),
    );
    await gateway.call('changeSettings', { body });
  } else await gateway.call('changeLimits', { body: { ...of, values: known.data } });
  await listLimits(gateway, options);
}

export async function setLimits(gateway: GatewayClient, options: OfOptions, ...pairs: string[]): Promise<void> {
  const values: Partial<Record<LimitName, LimitValue>> = {};
  for (const pair of pairs) {
    const [, word = '', text = ''] = /^([^=]+)=(\d+|[a-z]+)$/.exec(pair) ?? [];
    if (word === '') throw new CommandError(`"${pair}" is not limit=value`, exitCode.usage);
    // What fits is looked at with all of them.
    values[limitNamed(word)] = (/^\d/.test(text) ? Number(text) : text) as LimitValue;
  }
  await change(gateway, options, values);
}

/** Without names all of them. */
export async function resetLimits(gateway: GatewayClient, options: OfOptions, ...words: string[]): Promise<void> {
  const names = words.length === 0 ? limitNames : words.map(limitNamed);
  await change(gateway, options, Object.fromEntries(names.map((name) => [name, null])));
}
