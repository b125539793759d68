// The addresses that people open.
import { hostname, networkInterfaces } from 'node:os';
import type { Config } from '#contract/config.ts';

export interface Urls {
  station: string;
  manager: string;
  dashboard: string;
}

const origin = (host: string, config: Config): string => `https://${host}:${config.https_port}`;

/** The pages as seen from this computer itself. */
export function localUrls(config: Config): Urls {
  const local = origin('localhost', config);
  return { station: `${local}/`, manager: `${local}/manager`, dashboard: `${local}/dashboard` };
}

/** `https://name:port` of this computer as others may reach it, its name first. */
export function outsideOrigins(config: Config): string[] {
  const addresses = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && !one.internal && one.family === 'IPv4')
    .map((one) => one?.address ?? '');
  return [hostname(), ...addresses].map((host) => origin(host, config));
}
