import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Session } from '#model/session.ts';
import { FakeClock } from './fake-clock.ts';
import { SessionNotes } from './session-notes.ts';

it('notes what is open every two minutes while somebody is at a station, and does nothing else', () => {
  const clock = new FakeClock();
  let sessions: Session[] = [];
  let noted = 0;
  let tell = (): void => assert.fail('nobody listens');
  const notes = new SessionNotes(
    {
      list: () => sessions,
      noteOpenPrograms: () => {
        noted += 1;
      },
      on: (listener) => {
        tell = () => listener(sessions[0] as Session);
        return () => {
          tell = () => undefined;
        };
      },
    },
    clock,
  );
  notes.start();
  assert.equal(clock.waiting, 0);
  sessions = [{ state: 'active', station: 'a' } as Session];
  tell();
  tell();
  assert.equal(clock.waiting, 1);
  clock.pass(240_000);
  assert.equal(noted, 2);
  sessions = [{ state: 'suspended', station: null } as Session];
  clock.pass(120_000);
  assert.equal(clock.waiting, 0);
  notes.stop();
});
