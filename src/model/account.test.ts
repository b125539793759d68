import assert from 'node:assert/strict';
import { it } from 'node:test';
import { levelGroups, levelOfGroups, levels, longestUserName, userNameFault } from './account.ts';

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
