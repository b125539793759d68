import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { controlPolicies, isStricter } from './control.ts';
import type { ControlPolicy } from './control.ts';
import { effectiveLimits, hostLimitsOf, limitNames, valuesOf } from './limits.ts';
import type { LimitedPerson, LimitName, LimitRule } from './limits.ts';
import { defaultSettings } from './settings.ts';

const settings = { ...defaultSettings, idleSuspendMinutes: 20, sessionProcesses: 400 };
const station = 'bbbbbbbbbbbbbbbb';

function find(rules: LimitRule[], person: LimitedPerson, name: LimitName) {
  return effectiveLimits(settings, rules, person).find((limit) => limit.name === name);
}

it('takes the computer’s value, and says whether somebody set it', () => {
  assert.deepEqual(find([], { groups: [], station: null }, 'idleSuspendMinutes'), {
    name: 'idleSuspendMinutes',
    value: 20,
    source: { from: 'computer', of: '' },
  });
  assert.deepEqual(find([], { groups: [], station: null }, 'longestSessionMinutes')?.source, { from: 'default', of: '' });
});

it('lets a group have its own, and a station even before that; only what is set counts', () => {
  const rules: LimitRule[] = [
    { scope: 'group', of: 'pupils', values: { idleSuspendMinutes: 10, longestSessionMinutes: 60 } },
    { scope: 'station', of: station, values: { idleSuspendMinutes: 0 } },
  ];
  const pupil = { groups: ['pupils'], station };
  assert.deepEqual(find(rules, pupil, 'idleSuspendMinutes'), {
    name: 'idleSuspendMinutes',
    value: 0,
    source: { from: 'station', of: station },
  });
  assert.deepEqual(find(rules, pupil, 'longestSessionMinutes')?.source, { from: 'group', of: 'pupils' });
  assert.equal(find(rules, { ...pupil, station: null }, 'idleSuspendMinutes')?.value, 10);
  assert.equal(find(rules, { groups: ['teachers'], station: null }, 'idleSuspendMinutes')?.value, 20);
});

it('of several groups takes the most generous: no limit before any, the longer warning', () => {
  const rules: LimitRule[] = [
    { scope: 'group', of: 'a', values: { longestSessionMinutes: 60, idleWarningSeconds: 30, sessionProcesses: 0 } },
    { scope: 'group', of: 'b', values: { longestSessionMinutes: 90, idleWarningSeconds: 20, sessionProcesses: 900 } },
  ];
  for (const groups of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const values = valuesOf(effectiveLimits(settings, rules, { groups, station: null }));
    assert.deepEqual(
      [values.longestSessionMinutes, values.idleWarningSeconds, values.sessionProcesses],
      [90, 30, 0],
      groups.join(),
    );
  }
});

it('of several groups takes the strictest of what holds for taking control, whatever the order; a station has its own', () => {
  const policies = controlPolicies.toReversed();
  const rules: LimitRule[] = policies.map((takeControl) => ({ scope: 'group', of: takeControl, values: { takeControl } }));
  for (const [index, strictest] of policies.entries()) {
    for (const given of [rules.slice(0, index + 1), rules.slice(0, index + 1).toReversed()]) {
      const values = valuesOf(effectiveLimits(settings, given, { groups: policies, station: null }));
      assert.equal(values.takeControl, strictest);
    }
  }
  const own: LimitRule = { scope: 'station', of: station, values: { takeControl: 'notify' } };
  assert.equal(valuesOf(effectiveLimits(settings, [...rules, own], { groups: policies, station })).takeControl, 'notify');
});

it('tells the host only what is not the computer’s', () => {
  const rules: LimitRule[] = [
    { scope: 'group', of: 'a', values: { sessionMemoryMegabytes: 2048, idleSuspendMinutes: 5 } },
    { scope: 'station', of: station, values: { logOffSuspendedHours: 0 } },
  ];
  const limits = effectiveLimits(settings, rules, { groups: ['a'], station });
  assert.deepEqual(hostLimitsOf(limits), { sessionMemoryMegabytes: 2048, logOffSuspendedHours: 0 });
  assert.deepEqual(hostLimitsOf(effectiveLimits(settings, rules, { groups: [], station: null })), {});
});

it('a further group never takes anything away, and the order of rules and groups changes no value', () => {
  const groups = ['a', 'b', 'c', 'd'];
  const rule = fc.record({
    scope: fc.constantFrom('group' as const, 'station' as const),
    of: fc.constantFrom(...groups, station),
    values: fc
      .record({
        amounts: fc.dictionary(
          fc.constantFrom(...limitNames.filter((name) => name !== 'takeControl')),
          fc.integer({ min: 0, max: 5 }),
        ),
        choice: fc.constantFrom(undefined, ...controlPolicies),
      })
      .map(({ amounts, choice }) => ({ ...amounts, ...(choice && { takeControl: choice }) })),
  });
  const more = (name: LimitName, a: number, b: number): boolean =>
    name.includes('Warning') ? a >= b : a === 0 || (b !== 0 && a >= b);
  fc.assert(
    fc.property(
      fc.uniqueArray(rule, { selector: ({ scope, of }) => `${scope} ${of}`, maxLength: 6 }),
      fc.uniqueArray(fc.constantFrom(...groups), { minLength: 1 }),
      fc.constantFrom(null, station),
      (rules, person, at) => {
        const all = effectiveLimits(settings, rules, { groups: person, station: at });
        const mixed = effectiveLimits(settings, rules.toReversed(), { groups: person.toReversed(), station: at });
        assert.deepEqual(valuesOf(mixed), valuesOf(all));
        const fewer = effectiveLimits(settings, rules, { groups: person.slice(1), station: at });
        for (const [index, { name, value, source }] of all.entries()) {
          const without = fewer[index];
          // A group's value replaces the computer's, whatever it is: it was written for the people in it.
          if (without === undefined || (source.from === 'group' && without.source.from !== 'group')) continue;
          if (typeof value === 'string' || typeof without.value === 'string')
            assert.ok(!isStricter(without.value as ControlPolicy, value as ControlPolicy), name);
          else assert.ok(more(name, value, without.value), `${name}: ${value} with, ${without.value} without`);
        }
      },
    ),
  );
});
