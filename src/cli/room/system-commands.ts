// `computer`, `system` and `settings`.
import { settingsSchema } from '#contract/values.ts';
import type { Computer, Hibernation } from '#contract/values.ts';
import { defaultSettings } from '#model/settings.ts';
import type { Settings } from '#model/settings.ts';
import { CommandError, exitCode, valueFault } from '../exit-code.ts';
import { answer, answerJson, say, table } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { graphicsText, uniqueAddressText } from '../unavailable-text.ts';
import { sessionLimitsTexts } from '../session-limits-text.ts';
import { settingTexts } from './setting-texts.ts';
import type { RoomOptions } from './room-commands.ts';

const hibernationText: Readonly<Record<NonNullable<Hibernation['fault']>, string>> = {
  'not-looked-yet': 'not known yet',
  'criu-missing': 'no, CRIU is missing',
  'criu-not-working': 'no, CRIU does not work here',
  'disk-full': 'no, there is no space',
};

function leavingText({ leaving }: Computer): string {
  if (leaving === null) return '';
  return leaving.how === 'restart' ? ', restarts' : ', shuts down';
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;

export async function listComputers(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const computers = await gateway.call('computers');
  if (options.json) {
    answerJson(computers);
    return;
  }
  const rows = computers.map((one) => [
    one.name,
    `${one.reachable ? 'yes' : 'no'}${leavingText(one)}`,
    one.system,
    one.version,
    `${Math.round(one.processorBusy * 100)} % of ${one.cores} cores`,
    `${megabytes(one.memoryAvailable)} of ${megabytes(one.memoryTotal)}`,
    one.disks.map(({ freeBytes, totalBytes }) => `${megabytes(freeBytes)} of ${megabytes(totalBytes)}`).join(', '),
    one.hibernation.fault === null ? 'yes' : hibernationText[one.hibernation.fault],
  ]);
  answer(
    table(['Computer', 'Answers', 'System', 'Version', 'Processor busy', 'Memory free', 'Disk free', 'Saves sessions'], rows),
  );
}

/** `name=value` pairs as changes of settings; words that cannot be a value are usage errors. */
export function settingsFrom(pairs: readonly string[]): Partial<Settings> {
  const changes: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (!Object.hasOwn(settingsSchema.shape, name)) {
      const names = Object.keys(settingsSchema.shape).join(', ');
      throw new CommandError(`"${pair}" is not name=value with one of the settings ${names}`, exitCode.usage);
    }
    const word = value.toLowerCase();
    if (['on', 'yes', 'true'].includes(word)) changes[name] = true;
    else if (['off', 'no', 'false'].includes(word)) changes[name] = false;
    else changes[name] = /^-?\d+$/.test(value) ? Number(value) : value;
  }
  const result = settingsSchema.partial().safeParse(changes);
  if (!result.success) throw valueFault(result.error);
  return result.data as Partial<Settings>;
}

export async function settings(gateway: GatewayClient, options: RoomOptions & { set?: string[] }): Promise<void> {
  const now =
    options.set === undefined
      ? await gateway.call('settings')
      : await gateway.call('changeSettings', { body: settingsFrom(options.set) });
  if (options.json) {
    answerJson(now);
    return;
  }
  answer(settingsTable(now));
  for (const { name, sessionLimitsFault, unavailable } of await gateway.call('computers')) {
    if (sessionLimitsFault !== null)
      say(`The limits of a session do nothing on ${name}: ${sessionLimitsTexts[sessionLimitsFault]}.`);
    if (unavailable !== null)
      for (const text of [uniqueAddressText(unavailable), graphicsText(unavailable)])
        say(`What cannot be set on ${name}: ${text}.`);
  }
}

const settingWord = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);

/** Each with its value, where that comes from, and what it does. */
function settingsTable(now: Settings): string {
  const names = Object.keys(now) as (keyof Settings)[];
  const rows = names.map((name) => {
    const from = now[name] === defaultSettings[name] ? 'default' : `changed (default: ${settingWord(defaultSettings[name])})`;
    return [name, settingWord(now[name]), from, settingTexts[name]];
  });
  return table(['Setting', 'Value', 'From', 'What it does'], rows);
}

export async function getSetting(gateway: GatewayClient, options: RoomOptions, name: string): Promise<void> {
  if (!Object.hasOwn(settingsSchema.shape, name))
    throw new CommandError(`there is no setting "${name}"; see: stationmaster settings list`, exitCode.notFound);
  const key = name as keyof Settings;
  const value = (await gateway.call('settings'))[key];
  const isDefault = value === defaultSettings[key];
  if (options.json) answerJson({ name, value, default: defaultSettings[key], isDefault, text: settingTexts[key] });
  else answer(settingWord(value));
}

export async function setSettings(gateway: GatewayClient, options: RoomOptions, ...pairs: string[]): Promise<void> {
  await settings(gateway, { ...options, set: pairs });
}
