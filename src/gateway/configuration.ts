// Reads the administrator's configuration file and looks whether the gateway's folders can be used. What is wrong is said
// with the file, the key and what to do.
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { configSchema } from '#contract/config.ts';
import type { Config } from '#contract/config.ts';
import type { Places } from '#contract/places.ts';

/** What keeps the gateway from starting, in words for the administrator. */
export class StartFault extends Error {}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The configuration; the defaults where the file is missing. Throws a StartFault. */
export function readConfiguration(file: string): Config {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw new StartFault(`${file} cannot be read (${codeOf(error)}). Make it readable: chmod 0644 ${file}`, { cause: error });
    }
  }
  let given: unknown;
  try {
    given = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new StartFault(`${file}, line ${error.line}: this is not TOML. Correct it: ${error.message.split('\n')[0]}`, {
      cause: error,
    });
  }
  const checked = configSchema.safeParse(given);
  if (!checked.success) {
    const faults = checked.error.issues.map((issue) => {
      const unknown = 'keys' in issue ? issue.keys : [];
      return unknown.length > 0
        ? `"${unknown.join('", "')}" is not known; remove or correct it`
        : `"${issue.path.join('.')}": ${issue.message}`;
    });
    throw new StartFault(`${file}: ${faults.join('; ')}.`);
  }
  const { certificate, key } = checked.data;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new StartFault(`${file}: "certificate" and "key" belong together; give both or neither.`);
  }
  return checked.data;
}

/** Throws a StartFault that says which of the gateway's folders cannot be used, and what to do. */
export function checkFolders(places: Places): void {
  for (const folder of [places.gatewayStateDir, places.gatewayRunDir]) {
    const remedy = `As root: install -d -o ${places.gatewayUser} -g ${places.gatewayUser} -m 0700 ${folder}`;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new StartFault(`The folder ${folder} is missing. ${remedy}`);
    }
    try {
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new StartFault(`The folder ${folder} cannot be written to (${codeOf(error)}). ${remedy}`, { cause: error });
    }
  }
}
