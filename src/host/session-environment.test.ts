import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { sessionEnvironment, sessionLocale } from './session-environment.ts';
import type { SessionEnvironmentOrder } from './session-environment.ts';
import { shellExports } from './shell-words.ts';

const locales = ['C', 'C.utf8', 'POSIX', 'en_GB.utf8', 'fr_BE.utf8', 'fr_FR.utf8'];

const order: SessionEnvironmentOrder = {
  user: 'anna',
  home: '/home/anna',
  shell: '/bin/bash',
  desktopNames: 'XFCE',
  desktop: 'xfce',
  display: ':7',
  authorityFile: '/run/x/Xauthority',
  runtimeDir: '/run/x/runtime',
  language: 'fr',
  locales,
};

describe('the environment of a session', () => {
  it("takes PAM's locale if it is installed, else one of the station's language, else C.UTF-8", () => {
    assert.equal(sessionLocale('en_GB.UTF-8', 'fr', locales), 'en_GB.UTF-8');
    assert.equal(sessionLocale('de_DE.UTF-8', 'fr', locales), 'fr_FR.utf8');
    assert.equal(sessionLocale(undefined, 'fr', locales), 'fr_FR.utf8');
    assert.equal(sessionLocale(undefined, 'fr-BE', locales), 'fr_BE.utf8');
    assert.equal(sessionLocale(undefined, 'fr-CA', locales), 'fr_BE.utf8');
    assert.equal(sessionLocale(undefined, 'de', locales), 'C.UTF-8');
    assert.equal(sessionLocale(undefined, '', locales), 'C.UTF-8');
  });

  it("keeps what PAM says, but not another session's bus or runtime folder", () => {
    const variables = sessionEnvironment(order, {
      KRB5CCNAME: 'FILE:/tmp/x',
      XDG_RUNTIME_DIR: '/run/user/1000',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus',
      LC_ALL: 'xx_XX.UTF-8',
    });
    assert.equal(variables['KRB5CCNAME'], 'FILE:/tmp/x');
    assert.equal(variables['XDG_RUNTIME_DIR'], '/run/x/runtime');
    assert.equal(variables['DBUS_SESSION_BUS_ADDRESS'], undefined);
    assert.equal(variables['LC_ALL'], undefined);
  });

  it('reaches a shell as it is, whatever it contains', () => {
    const odd = `it's "odd" $(touch /nowhere) \`x\` \\ \n end`;
    const script = `${shellExports({ ODD: odd, 'not-a-name': 'x', 'X;id': 'x' })}printf %s "$ODD"`;
    assert.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }), odd);
  });
});
