// A lesson: what a teacher does from the Dashboard, with four real desktops. One product for all parts; each begins with everybody at work.
import { after, before, beforeEach, describe } from 'node:test';
import { blocking } from './classroom/blocking.ts';
import { Classroom } from './classroom/classroom.ts';
import { control } from './classroom/control.ts';
import { hands } from './classroom/hands.ts';
import { leaving } from './classroom/leaving.ts';
import { scope } from './classroom/scope.ts';
import { watching } from './classroom/watching.ts';

const parts = [leaving, scope, watching, blocking, control, hands];

describe('a lesson', () => {
  let classroom: Classroom;

  before(async () => {
    classroom = await Classroom.open();
  });
  after(() => classroom[Symbol.asyncDispose]());

  for (const part of parts)
    describe(part.name, () => {
      beforeEach(() => classroom.everybodyIn());
      part(() => classroom);
    });
});
