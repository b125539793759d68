// A school on a Tuesday morning, made up, for the pictures of the product: two rooms, thirteen stations, a restart that is over.
import type { AuditAction } from '#model/audit.ts';
import type { AuditEntry } from '#contract/api.ts';
import type { ImportLine } from '#model/account.ts';
import type { SavedSession, Session } from '#model/session.ts';
import { plainConfiguration } from '#model/station.ts';
import type { Station, StationConfiguration } from '#model/station.ts';
import { idOf, makeComputer, makePerson, makeSession, makeStation } from '../support/fake-gateway.ts';
import type { FakeGateway } from '../support/fake-gateway.ts';

const gib = 2 ** 30;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** When the pictures are taken, for the pages as well: twenty past ten of today. */
export const moment = new Date().setHours(10, 20, 0, 0);
const before = (minutes: number): number => moment - minutes * minuteMs;

const people: readonly (readonly [user: string, fullName: string])[] = [
  ['anna', 'Anna Keller'],
  ['ben', 'Ben Okafor'],
  ['chloe', 'Chloé Marchand'],
  ['david', 'David Lindqvist'],
  ['emma', 'Emma Rossi'],
  ['felix', 'Félix Dubois'],
  ['gina', 'Gina Petrova'],
  ['hugo', 'Hugo Almeida'],
  ['ines', 'Inès Haddad'],
  ['jonas', 'Jonas Weber'],
];

function stationOf(number: number, room: string, change: Partial<Station>, set: Partial<StationConfiguration> = {}): Station {
  return makeStation(`s${'abcdefghijklmnop'[number - 1] ?? 'z'}`, `Station ${number}`, 'classroom', {
    address: `192.0.2.${20 + number}`,
    enrolledAt: moment - 60 * dayMs,
    lastSeenAt: moment - 20_000,
    latencyMs: 1.8 + (number % 5) * 0.7,
    configuration: { ...plainConfiguration, room, number, ...set },
    ...change,
  });
}

function sessionOf(user: string, station: string | null, sinceMinutes: number, change: Partial<Session> = {}): Session {
  const at = people.findIndex(([name]) => name === user);
  return makeSession(`t${'abcdefghijklmnop'[at] ?? 'z'}`, user, 'classroom', station, {
    uid: 1001 + at,
    fullName: people[at]?.[1] ?? '',
    startedAt: before(sinceMinutes + 35),
    since: before(sinceMinutes),
    ...change,
  });
}

const savedOf = (megabytes: number, ...programs: string[]): SavedSession => ({
  at: before(95),
  bytes: megabytes * 2 ** 20,
  programs,
  fault: null,
});

const addresses: Readonly<Record<string, string>> = { ada: '192.0.2.5', tina: '192.0.2.6', david: '192.0.2.24' };

function activity(): AuditEntry[] {
  const entries: [number, string, AuditAction, string, string, Record<string, string | number>][] = [
    [2, 'david', 'station.sign-in', 'Station 4', 'done', {}],
    [6, 'tina', 'session.suspend', 'ines', 'done', { user: 'ines' }],
    [9, '', 'station.sign-in', 'Station 9', 'wrong-credentials', { user: 'jonas' }],
    [11, '', 'station.sign-in', 'Station 9', 'wrong-credentials', { user: 'jonas' }],
    [18, 'ada', 'session.move', 'ben', 'done', { user: 'ben' }],
    [24, 'ada', 'station.configure', 'Station 12', 'done', {}],
    [31, 'ada', 'station.code', 'classroom', 'done', {}],
    [40, 'ada', 'account.create', 'jonas', 'done', { user: 'jonas' }],
    [52, 'tina', 'page.sign-in', 'dashboard', 'done', {}],
    [83, 'ada', 'computer.left', 'gina', 'done', { how: 'restart' }],
    [95, 'ada', 'computer.leave', 'classroom', 'done', {}],
    [97, 'ada', 'computer.suspend-all', 'classroom', 'done', {}],
    [110, 'ada', 'page.sign-in', 'manager', 'done', {}],
  ];
  return entries.map(([minutes, actor, action, target, outcome, details], at) => ({
    number: 4812 - at,
    at: before(minutes),
    actor,
    action,
    target,
    address: addresses[actor] ?? '192.0.2.29',
    outcome,
    details,
  }));
}

const lineOf = (line: number, user: string, fullName: string, change: Partial<ImportLine> = {}): ImportLine => ({
  line,
  user,
  fullName,
  level: 'standard',
  password: 'bato-limu-sega',
  made: true,
  fault: null,
  ...change,
});

/** Puts the school into the gateway. */
export function furnishSchool(gateway: FakeGateway): void {
  gateway.now = () => moment;
  gateway.computers = [
    makeComputer('classroom', {
      startedAt: before(84),
      cores: 8,
      load: 2.6,
      processorBusy: 0.31,
      memoryTotal: 32 * gib,
      memoryAvailable: 17.2 * gib,
      hibernation: { fault: null, says: '4.1', asRoot: true, freeBytes: 118 * gib, savedBytes: 1.4 * gib },
      disks: [
        { holds: ['state'], totalBytes: 240 * gib, freeBytes: 118 * gib },
        { holds: ['homes'], totalBytes: 1000 * gib, freeBytes: 62 * gib },
      ],
      lastLeave: {
        how: 'restart',
        at: before(84),
        by: 'ada',
        sessions: [
          ...['anna', 'ben', 'david', 'emma', 'felix'].map((user) => ({
            session: sessionOf(user, null, 84).id,
            user,
            outcome: 'saved' as const,
            programs: [],
            error: null,
          })),
          {
            session: sessionOf('gina', null, 84).id,
            user: 'gina',
            outcome: 'saved-without',
            programs: ['VirtualBox'],
            error: null,
          },
        ],
      },
    }),
  ];
  gateway.rooms = ['Room 12', 'Library'];
  gateway.stations = [
    stationOf(1, 'Room 12', {}),
    stationOf(2, 'Room 12', {}),
    stationOf(3, 'Room 12', { split: { half: 'left', other: idOf('sd') }, widthPx: 2560 }),
    stationOf(4, 'Room 12', { split: { half: 'right', other: idOf('sc') }, widthPx: 2560 }),
    stationOf(5, 'Room 12', {}),
    stationOf(6, 'Room 12', { identifying: true }),
    stationOf(7, 'Room 12', {}),
    stationOf(8, 'Room 12', { online: false, latencyMs: null, lastSeenAt: before(19 * 60) }),
    stationOf(9, 'Library', {}, { language: 'fr' }),
    stationOf(10, 'Library', { widthPx: 1080, heightPx: 1920 }, { orientation: 'portrait' }),
    stationOf(11, 'Library', {}),
    stationOf(12, 'Library', {}, { groups: ['class-7b'] }),
    makeStation('w', 'Browser QK7', 'classroom', {
      state: 'waiting',
      enrolledAt: before(3),
      lastSeenAt: moment - 20_000,
      address: '192.0.2.61',
    }),
  ];
  gateway.sessions = [
    sessionOf('anna', 'sa', 42),
    sessionOf('ben', 'sb', 18),
    sessionOf('chloe', 'sc', 36, { state: 'locked' }),
    sessionOf('david', 'sd', 2),
    sessionOf('emma', 'se', 61),
    sessionOf('felix', 'sj', 25, { endsAt: moment + 4 * minuteMs, endsBy: 'ada' }),
    sessionOf('gina', 'sk', 51),
    sessionOf('ines', null, 6),
    sessionOf('hugo', null, 90, { state: 'hibernated', cause: 'saved', saved: savedOf(212, 'LibreOffice Writer', 'Firefox') }),
    sessionOf('jonas', null, 700, { state: 'lost', cause: 'power-lost', saved: { ...savedOf(0, 'Mousepad'), at: before(700) } }),
  ];
  const ofSession = (user: string): string => gateway.sessions.find((session) => session.user === user)?.id ?? '';
  gateway.checks = {
    classroom: [
      {
        session: ofSession('anna'),
        user: 'anna',
        atRisk: [
          { program: 'Firefox', fate: 'reopened', reason: 'sandbox' },
          { program: 'ssh', fate: 'disconnected', reason: 'connection' },
        ],
      },
      { session: ofSession('ben'), user: 'ben', atRisk: [{ program: 'Firefox', fate: 'reopened', reason: 'sandbox' }] },
      { session: ofSession('gina'), user: 'gina', atRisk: [{ program: 'VirtualBox', fate: 'lost', reason: 'device' }] },
    ],
  };
  gateway.accounts = [
    makePerson('ada', 'administrator', { fullName: 'Ada Martin', lastSignInAt: before(110) }),
    makePerson('tina', 'dashboard', { fullName: 'Tina Holm', lastSignInAt: before(52) }),
    ...people.map(([user, fullName], at) =>
      makePerson(user, 'standard', {
        fullName,
        sessions: gateway.sessions.filter((session) => session.user === user && session.state !== 'lost').length,
        lastSignInAt: before(2 + ((at * 11) % 70)),
      }),
    ),
    makePerson('karim', 'standard', { fullName: 'Karim Benali', disabled: true, lastSignInAt: moment - 40 * dayMs }),
    makePerson('lena', 'standard', { fullName: 'Lena Fischer', domain: true }),
  ];
  gateway.importLines = [
    lineOf(1, 'maya', 'Maya Novak'),
    lineOf(2, 'noah', 'Noah Jensen'),
    lineOf(3, 'olivia', 'Olivia Marino', { made: false }),
    lineOf(4, 'anna', 'Anna Adams', { fault: 'name-taken' }),
    lineOf(5, 'paul', 'Paul Schneider', { level: 'dashboard' }),
    lineOf(6, 'Quentin', 'Quentin Leroy', { fault: 'user' }),
  ];
  gateway.audit = activity();
  const head = { number: 4812, hash: '9f2c41d07be85a36' };
  gateway.auditReport = { entries: 4812, brokenAt: null, fault: null, anchor: 0, head, noted: null };
  gateway.certificateEndsAt = moment + 9 * dayMs;
  gateway.answer(/^GET \/computers\/classroom\/remap$/, () => ({ running: true, undoable: false }));
}

/** Every screen shows a letter, and the first four have been pressed. */
export function beginRemap(gateway: FakeGateway): void {
  const shown = gateway.stations.filter(({ state, online }) => state === 'enrolled' && online);
  for (const [at, { id }] of shown.entries())
    gateway.changeStation(id, { remap: { letter: 'ABCDEFGHIJKLMNOP'[at] ?? 'Z', number: at < 4 ? at + 1 : 0 } });
}
