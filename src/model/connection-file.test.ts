// Connection files: in each form the address and nothing else, under a name that every file system takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as holds, constantFrom, property, string } from 'fast-check';
import { connectionFile, connectionSystems } from './connection-file.ts';

const address = 'https://classroom.example:8443/manager';
const title = 'Stationmaster Manager - classroom';

test('each form has the address as its system reads it', () => {
  const windows = connectionFile('windows', { address, title });
  assert.deepEqual(windows, { name: `${title}.url`, text: `[InternetShortcut]\r\nURL=${address}\r\n` });
  const mac = connectionFile('mac', { address: `${address}?a=1&b=2`, title });
  assert.equal(mac.name, `${title}.webloc`);
  assert.match(mac.text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE plist /);
  assert.ok(mac.text.includes(`<key>URL</key>\n\t<string>${address}?a=1&amp;b=2</string>`), mac.text);
  const linux = connectionFile('linux', { address, title });
  assert.equal(linux.name, `${title}.desktop`);
  const lines = linux.text.split('\n');
  assert.equal(lines[0], '[Desktop Entry]');
  for (const line of ['Type=Link', `Name=${title}`, `URL=${address}`]) assert.ok(lines.includes(line), line);
});

test('a name keeps its letters and loses what a file system or a person could take for something else', () => {
  const nameOf = (given: string): string => connectionFile('linux', { address, title: given }).name;
  assert.equal(nameOf('Stationmaster Gestionnaire - École n° 4'), 'Stationmaster Gestionnaire - École n- 4.desktop');
  assert.equal(nameOf('../../etc/passwd'), 'etc-passwd.desktop');
  assert.equal(nameOf('-rf *'), 'rf.desktop');
  assert.equal(nameOf('...'), 'Stationmaster.desktop');
  assert.equal(nameOf('a\u202egnp.exe'), 'a-gnp.exe.desktop');
});

test('whatever the texts are, no line is added and the name is one of this folder', () => {
  const any = string({ unit: 'binary', maxLength: 200 });
  holds(
    property(any, any, constantFrom(...connectionSystems), (some, called, system) => {
      const { name, text } = connectionFile(system, { address: some, title: called });
      assert.match(name, /^[\p{L}\p{N}][\p{L}\p{N} .-]{0,80}\.(?:url|webloc|desktop)$/u);
      const usual = connectionFile(system, { address, title }).text;
      assert.equal(text.split(/[\r\n\u2028\u2029]/).length, usual.split(/[\r\n\u2028\u2029]/).length);
    }),
  );
});
