// A room with thousands of stations and sessions, made up, for tests and benchmarks of the Manager.
import type { Session } from '#model/session.ts';
import { plainConfiguration } from '#model/station.ts';
import type { Station } from '#model/station.ts';
import { makeSession, makeStation } from './fake-gateway.ts';

/** An identity of 16 characters a-z2-7 from a number. */
function idOfNumber(prefix: string, number: number): string {
  return (prefix + number.toString(16).replaceAll(/[0189]/g, (digit) => 'ghij'['0189'.indexOf(digit)] ?? 'g')).padEnd(16, 'z');
}

/** Four of ten stations have somebody at them, one of ten of these a locked screen; one of ten stations is switched off. */
export function manyStations(count: number, computers: readonly string[]): { stations: Station[]; sessions: Session[] } {
  const stations = Array.from({ length: count }, (_, at): Station => {
    const computer = computers[at % computers.length] ?? 'classroom';
    return makeStation('', `Station ${at + 1}`, computer, {
      id: idOfNumber('s', at),
      online: at % 10 !== 9,
      latencyMs: at % 10 === 9 ? null : 1 + ((at * 7) % 40),
      configuration: { ...plainConfiguration, room: `Room ${1 + (Math.floor(at / 25) % 40)}` },
    });
  });
  const sessions = stations.flatMap(({ id, computer }, at): Session[] =>
    at % 5 < 2
      ? [
          {
            ...makeSession('', `user${at + 1}`, computer, null, { fullName: `Person ${at + 1}`, uid: 2000 + at }),
            id: idOfNumber('t', at),
            state: at % 50 === 0 ? 'locked' : 'active',
            station: id,
            since: Date.now() - ((at * 37) % 7200) * 1000,
          },
        ]
      : [],
  );
  return { stations, sessions };
}
