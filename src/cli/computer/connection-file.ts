// `connection-file`: writes a link file that opens the Manager, the Dashboard or a station.
import { stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { connectionEndings, connectionFile, connectionPaths, connectionSystems } from '#model/connection-file.ts';
import type { ConnectionPage, ConnectionSystem } from '#model/connection-file.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson } from '../voice.ts';
import { outsideOrigins } from './addresses.ts';
import { readConfig } from './config-file.ts';
import type { Layout } from './layout.ts';

interface ConnectionOptions {
  for?: ConnectionSystem;
  to?: string;
  address?: string;
  json?: true;
}

const titles: Readonly<Record<ConnectionPage, string>> = { manager: 'Manager', dashboard: 'Dashboard', station: 'Station' };

/** `https://name:port` out of what was given; a CommandError where it is none. */
function originOf(given: string): URL {
  const url = URL.parse(given);
  const bare = url !== null && url.protocol === 'https:' && url.username === '' && url.password === '';
  if (!bare || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new CommandError(`"${given}" is not an address such as https://room.example:8443`, exitCode.usage);
  return url;
}

/** The kind of device: said, told by the ending of the file's name, or one like this computer. */
function systemFor({ for: said, to }: ConnectionOptions): ConnectionSystem {
  return said ?? connectionSystems.find((system) => to?.endsWith(connectionEndings[system]) === true) ?? 'linux';
}

export async function writeConnectionFile(layout: Layout, page: ConnectionPage, options: ConnectionOptions): Promise<void> {
  const [outside = ''] = options.address === undefined ? outsideOrigins(await readConfig(layout)) : [options.address];
  const origin = originOf(outside);
  const room = options.address === undefined ? hostname() : origin.hostname;
  const address = new URL(connectionPaths[page], origin).href;
  const system = systemFor(options);
  const { name, text } = connectionFile(system, { address, title: `Stationmaster ${titles[page]} - ${room}` });
  if (options.to === '-') {
    if (options.json) answerJson({ page, for: system, address, name, text });
    else process.stdout.write(text);
    return;
  }
  const to = options.to ?? '.';
  const file = (await isFolder(to)) ? join(to, name) : to;
  try {
    // What is there already is not written over.
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'EEXIST' ? `${file} is there already; give another name with --to` : `${file} was not written: ${message}`,
    );
  }
  if (options.json) answerJson({ page, for: system, address, file });
  else answer(`${file} opens ${address}`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
