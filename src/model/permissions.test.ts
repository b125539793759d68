import assert from 'node:assert/strict';
import { it } from 'node:test';
import { may, permissions, scopesAllow, scopesFor, scopeSuits, sessionTarget, tokenScopes } from './permissions.ts';
import type { Action, Role, Target, TokenScope } from './permissions.ts';

const roles: readonly Role[] = ['nobody', 'standard', 'dashboard', 'administrator'];
const targets: readonly Target[] = ['none', 'own-session', 'standard-session', 'privileged-session', 'station', 'computer'];
const actions = Object.keys(permissions) as Action[];

it('gives the administrator every action on every target', () => {
  for (const action of actions)
    for (const target of targets) assert.ok(may('administrator', action, target), `${action} ${target}`);
});

it('gives who has not signed in nothing but signing in and finishing the set-up', () => {
  const allowed = actions.filter((action) => targets.some((target) => may('nobody', action, target)));
  assert.deepEqual(allowed.toSorted(), ['page.sign-in', 'setup.finish']);
});

it('never gives a higher level less than a lower one', () => {
  for (const action of actions) {
    for (const target of targets) {
      const allowed = roles.map((role) => may(role, action, target));
      const first = allowed.indexOf(true);
      assert.ok(first === -1 || allowed.slice(first).every(Boolean), `${action} ${target}: ${String(allowed)}`);
    }
  }
});

it('keeps the sessions of administrators and Dashboard users out of a teacher\u2019s reach, other people\u2019s out of everyone\u2019s', () => {
  for (const action of ['session.suspend', 'session.log-off', 'session.picture'] as const) {
    assert.ok(!may('dashboard', action, 'privileged-session'));
    assert.ok(may('dashboard', action, 'standard-session'));
    assert.ok(!may('standard', action, 'standard-session'));
    assert.ok(may('standard', action, 'own-session'));
    assert.ok(!may('standard', action), 'a target that was forgotten is no permission');
  }
});

it('lets a Dashboard user reach privileged sessions where the room allows it, and nobody else by that', () => {
  const open = { allowOrchestration: true };
  for (const action of actions) {
    for (const target of targets) {
      const widened = may('dashboard', action, target, open) && !may('dashboard', action, target);
      assert.equal(widened, target === 'privileged-session' && permissionsOfTeacher(action), `${action} ${target}`);
      for (const role of ['nobody', 'standard', 'administrator'] as const)
        assert.equal(may(role, action, target, open), may(role, action, target), `${role} ${action} ${target}`);
    }
  }
});

/** Whether a teacher may do it to some sessions only. */
function permissionsOfTeacher(action: Action): boolean {
  return may('dashboard', action, 'standard-session') && !may('dashboard', action, 'privileged-session');
}

it('keeps what changes the room for the administrator', () => {
  const changing: readonly Action[] = [
    'computer.suspend-all',
    'computer.log-off-all',
    'station.configure',
    'station.admit',
    'station.remove',
    'station.code',
    'accounts.list',
    'accounts.manage',
    'settings.change',
    'audit.see',
    'tokens.manage',
    'manager.open',
  ];
  for (const action of changing) {
    for (const role of ['nobody', 'standard', 'dashboard'] as const) {
      for (const target of targets) assert.ok(!may(role, action, target), `${role} ${action} ${target}`);
    }
  }
});

it('says whose session it is', () => {
  assert.equal(sessionTarget('anna', 'anna', 'administrator'), 'own-session');
  assert.equal(sessionTarget('tom', 'anna', 'standard'), 'standard-session');
  assert.equal(sessionTarget('tom', 'anna', 'dashboard'), 'privileged-session');
  assert.equal(sessionTarget('tom', 'anna', 'administrator'), 'privileged-session');
  assert.equal(sessionTarget(null, 'anna', 'standard'), 'standard-session');
});

it('lets a scope through to what it lists and to what is open to everybody, and a token without scopes to all', () => {
  for (const action of actions) {
    assert.ok(scopesAllow(null, action), action);
    for (const scope of Object.keys(tokenScopes) as TokenScope[]) {
      const listed = (tokenScopes[scope] as readonly Action[]).includes(action);
      assert.equal(scopesAllow([scope], action), listed || may('nobody', action), `${scope} ${action}`);
    }
    assert.equal(scopesAllow([], action), may('nobody', action), action);
  }
});

it('has every action in a scope, or keeps it from tokens with scopes on purpose', () => {
  const kept: readonly Action[] = [
    'page.sign-in',
    'page.sign-out',
    'setup.finish',
    'setup.code',
    'manager.open',
    'dashboard.open',
    'administrators.manage',
    'views.keep',
    'tokens.manage',
  ];
  assert.deepEqual(
    actions.filter((action) => scopesFor(action).length === 0),
    kept,
  );
});

it('has a scope to look with that changes nothing', () => {
  const looking = /^(me\.see|\w+\.(list|see)|computer\.check|session\.picture|live\.watch)$/;
  for (const action of tokenScopes.read) assert.match(action, looking);
});

it('knows for whom a scope is of no use', () => {
  for (const scope of ['users', 'settings', 'computers'] as const) assert.ok(!scopeSuits(scope, 'dashboard'), scope);
  assert.ok(scopeSuits('users', 'administrator'));
  for (const scope of ['read', 'metrics', 'sessions', 'stations'] as const) assert.ok(scopeSuits(scope, 'dashboard'), scope);
  for (const scope of Object.keys(tokenScopes) as TokenScope[]) assert.ok(scopeSuits(scope, 'administrator'), scope);
});
