import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  isLastAdministrator,
  levelGroups,
  levelOfGroups,
  levels,
  longestUserName,
  newUserNameFault,
  userNameFault,
} from './account.ts';
import type { Person } from './account.ts';

it('takes the names that Linux, LDAP and domains give to accounts', () => {
  for (const name of [
    'anna',
    'Anna.Adams',
    'anna-2',
    'anna@school.example',
    'SCHOOL\\anna',
    'änna',
    '小明',
    'a'.repeat(longestUserName),
  ]) {
    assert.equal(userNameFault(name), null, name);
  }
});

it('refuses what cannot be the name of an account', () => {
  assert.equal(userNameFault(''), 'empty');
  assert.equal(userNameFault('a'.repeat(longestUserName + 1)), 'too-long');
  for (const name of ['-rf', 'a b', 'a:b', 'a,b', '../a', 'a\nb', 'a\0', 'a\u007f', '\ufffd', ' ', '\u2028']) {
    assert.equal(userNameFault(name), 'forbidden-characters', JSON.stringify(name));
  }
});

it('gives the highest level among the groups, none where none is among them', () => {
  assert.equal(levelOfGroups([]), null);
  assert.equal(levelOfGroups(['sudo', 'users']), null);
  for (const level of levels) assert.equal(levelOfGroups(['users', levelGroups[level]]), level);
  assert.equal(levelOfGroups(Object.values(levelGroups).toReversed()), 'administrator');
  assert.equal(levelOfGroups([levelGroups.dashboard, levelGroups.standard]), 'dashboard');
});

it('knows the last administrator: the only one who can still sign in', () => {
  const person = (name: string, more: Partial<Person> = {}): Person => ({
    name,
    uid: 1000,
    fullName: '',
    level: 'administrator',
    listed: true,
    domain: false,
    disabled: false,
    inGroups: false,
    ...more,
  });
  assert.ok(isLastAdministrator([person('ada')], 'ada'));
  assert.ok(
    isLastAdministrator([person('ada'), person('ben', { disabled: true }), person('tina', { level: 'dashboard' })], 'ada'),
  );
  assert.ok(!isLastAdministrator([person('ada'), person('ben', { domain: true })], 'ada'));
  assert.ok(!isLastAdministrator([person('ada'), person('tina', { level: 'dashboard' })], 'tina'));
  assert.ok(!isLastAdministrator([], 'ada'));
});

it('takes only names for new accounts that no program stumbles over', () => {
  for (const name of ['anna', 'a', 'a-b_9', 'a'.repeat(32)]) assert.equal(newUserNameFault(name), null, name);
  for (const name of ['', '-a', 'Anna', '9a', 'a b', 'a.b', 'é', 'a'.repeat(33), 'a\n', '../a', 'root$'])
    assert.equal(newUserNameFault(name), 'form', name);
  for (const name of ['root', 'nobody', 'systemd-x', 'stationmaster', 'stationmaster-users'])
    assert.equal(newUserNameFault(name), 'system-name', name);
});
