// The program that faces the network. Runs as the user `stationmaster`; reads STATIONMASTER_* and the configuration file.
// `--compile`: only fills Node's compile cache, so that the first start is small and quick.
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { placesFrom } from '#contract/places.ts';
import { systemClock } from './clock.ts';
import { readConfiguration, StartFault } from './configuration.ts';
import { Gateway } from './gateway.ts';
import { makeLog } from './log.ts';

if (process.argv.includes('--compile')) {
  flushCompileCache();
  process.exit(0);
}

const places = placesFrom(process.env);
const webRoot = fileURLToPath(new URL('../../dist/web', import.meta.url));
let log = makeLog('info');

try {
  const config = readConfiguration(places.configFile);
  log = makeLog(config.log_level);
  const gateway = new Gateway({ places, config, webRoot, clock: systemClock, log });
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'The gateway stops.');
    gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'The gateway did not stop cleanly.');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => gateway.rereadCertificate());
  try {
    await gateway.start();
    // For the next start, also after a kill: without having to strip types it is faster and some 40 MB smaller.
    flushCompileCache();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
} catch (error) {
  if (error instanceof StartFault) log.fatal(error.message);
  else log.fatal({ err: error }, 'The gateway cannot start.');
  process.exit(1);
}
