// The administrator's config.toml: written at the first start with ports that are free then, and kept from then on.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { parse } from 'smol-toml';
import { configSchema } from '#contract/config.ts';
import type { Config } from '#contract/config.ts';
import { CommandError } from '../exit-code.ts';
import { say } from '../voice.ts';
import type { Layout } from './layout.ts';
import { writeWhole } from './whole-file.ts';

/** Reads it; the defaults if there is none. Rejects with a CommandError that says which line is wrong. */
export async function readConfig(layout: Layout): Promise<Config> {
  const file = layout.places.configFile;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return configSchema.parse({});
    throw error;
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new CommandError(`${file} is not TOML: ${(error as Error).message}`);
  }
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`.replace(/^ {2}: /, '  '));
  throw new CommandError(`${file} is wrong:\n${faults.join('\n')}`);
}

/** True if a program of ours could listen there now. */
export async function portIsFree(port: number, address?: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: address, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function freePort(from: number, taken: readonly number[]): Promise<number> {
  for (let port = from; port < from + 200; port += 1) {
    if (!taken.includes(port) && (await portIsFree(port))) return port;
  }
  throw new CommandError(`no port from ${from} to ${from + 199} is free; write one into the configuration file.`);
}

/** Writes the file if there is none. */
export async function makeConfig(layout: Layout): Promise<Config> {
  const file = layout.places.configFile;
  const there = await readFile(file).catch(() => null);
  if (there !== null) return await readConfig(layout);
  const https = await freePort(8443, []);
  const http = await freePort(8080, [https]);
  if (https !== 8443) say(`Port 8443 is taken by another program; Stationmaster uses ${https} (${file}).`);
  await writeWhole(
    file,
    `# Stationmaster: what must be known before the programs start. Everything else is a setting of the Manager
# (or: stationmaster system settings). After a change: stationmaster up

# Pages, stations and the API (TLS always).
https_port = ${https}

# Only sends browsers to https; 0 for none.
http_port = ${http}

# Address to listen on; all addresses of the computer if left out.
# address = "192.0.2.10"

# A certificate and key of your own (PEM files that the user stationmaster can read), instead of the one from the
# computer's own authority.
# certificate = "/etc/stationmaster/room.crt"
# key = "/etc/stationmaster/room.key"

# debug, info, warn or error
# log_level = "info"
`,
    0o644,
  );
  return await readConfig(layout);
}
