// What each route of the API does. Who may is asked before, in api.ts.
import type { ApiReply, ApiRouteName, apiRoutes } from '#contract/api.ts';
import type { Outcome, Paging } from '#contract/route.ts';
import { CodedError, tellError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { accountsComputerOf } from '#fleet/fleet.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { holdsStation, isResumable, isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import type { z } from 'zod';
import type { ToldLimit, ToldLimitRule } from '#contract/values.ts';
import { limitNames } from '#model/limits.ts';
import type { EffectiveLimit } from '#model/limits.ts';
import { auditChanged } from '#model/audit.ts';
import { scopeSuits } from '#model/permissions.ts';
import type { AuditAction } from '#model/audit.ts';
import type { Alerts } from './alerts.ts';
import type { Audit, Deed } from './audit.ts';
import type { Audience } from './classroom/audience.ts';
import type { Blocks } from './classroom/blocks.ts';
import type { Hands } from './classroom/hands.ts';
import { handAnswers } from './classroom/hand-answers.ts';
import type { Covers } from './classroom/covers.ts';
import { computerWithin } from './classroom/view.ts';
import { audienceAnswers } from './classroom/audience-answers.ts';
import { scopeAnswers, scopeText } from './classroom/scope-answers.ts';
import type { Scopes } from './classroom/scopes.ts';
import { controlAnswers } from './classroom/control-answers.ts';
import type { Controls } from './classroom/controls.ts';
import { blockAnswers } from './classroom/block-answers.ts';
import { deedOf } from './deeds.ts';
import type { Deeds } from './deeds.ts';
import { exportAudit } from './audit-export.ts';
import type { AuditWatch } from './audit-watch.ts';
import { ownerOf } from './callers.ts';
import type { Caller } from './callers.ts';
import type { Clock } from './clock.ts';
import type { FirstSteps } from './first-steps.ts';
import type { Progress, Target } from './keyed-requests.ts';
import type { Looking } from './watching/looking.ts';
import type { PageSessions } from './people/page-sessions.ts';
import type { People } from './people/people.ts';
import type { PageSignInResult, PageSignIns } from './people/page-sign-ins.ts';
import type { SignInDesk } from './people/sign-in-desk.ts';
import type { SetUp } from './people/set-up.ts';
import type { Tokens } from './people/tokens.ts';
import type { SavedViews } from './saved-views.ts';
import type { LimitRules } from './limit-rules.ts';
import type { RoomSettings } from './room-settings.ts';
import type { SessionTimes } from './session-times.ts';
import type { EnrolmentCodes } from './station/enrolment-codes.ts';
import type { Remaps } from './station/remaps.ts';
import type { Rooms } from './station/rooms.ts';
import type { Stations } from './station/stations.ts';

const dayMs = 86_400_000;

export interface AnswerParts {
  fleet: Fleet;
  deeds: Deeds;
  audience: Audience;
  scopes: Scopes;
  controls: Controls;
  blocks: Blocks;
  hands: Hands;
  covers: Covers;
  stations: Stations;
  rooms: Rooms;
  remaps: Remaps;
  codes: EnrolmentCodes;
  settings: RoomSettings;
  alerts: Alerts;
  firstSteps: FirstSteps;
  times: SessionTimes;
  limits: LimitRules;
  views: SavedViews;
  audit: Audit;
  auditWatch: AuditWatch;
  clock: Clock;
  tokens: Tokens;
  people: People;
  pageSessions: PageSessions;
  signIns: PageSignIns;
  desk: SignInDesk;
  setUp: SetUp;
  looking: Looking;
}

/** A request that has been checked: of the form of its route, by somebody who may. */
export interface Asked<N extends ApiRouteName> {
  caller: Caller;
  params: z.output<(typeof apiRoutes)[N]['params']>;
  query: z.output<(typeof apiRoutes)[N]['query']>;
  body: z.output<(typeof apiRoutes)[N]['body']>;
  /** What is known of an earlier try, if it was interrupted. */
  progress: Progress;
  /** The piece of a list that is asked for; the answer says where it goes on. */
  page: <T>(items: readonly T[], keyOf: (item: T) => string, paging: Paging) => T[];
  /** Sets the page's cookie, or with null takes it away. */
  setCookie: (value: string | null) => void;
  /** What the asker has already, by its tag. */
  known: string | null;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

export type Answers = { readonly [N in ApiRouteName]: (asked: Asked<N>) => ApiReply<N> | Promise<ApiReply<N>> };

export function makeAnswers(parts: AnswerParts): Answers {
  const {
    fleet,
    deeds,
    audience,
    scopes,
    covers,
    stations,
    rooms,
    remaps,
    codes,
    settings,
    alerts,
    firstSteps,
    times,
    limits,
    views,
    audit,
    auditWatch,
    clock,
    tokens,
    people,
    pageSessions,
    signIns,
    desk,
    setUp,
    looking,
  } = parts;

  const computerNamed = (name: string): string => {
    const computer = fleet.computers().find((one) => one.name === name);
    if (computer === undefined) throw new CodedError('computer-not-found', { name });
    return computer.name;
  };

  const toSession = async (
    caller: Caller,
    action: AuditAction,
    session: Session,
    work: () => Promise<{ session: Session }>,
    more?: (done: Session) => Deed['details'],
  ): Promise<Session> => {
    const done = await deeds.toSession(caller, action, session, work, (worked) => more?.(worked.session) ?? {});
    return done.session;
  };

  const atStationsOf = (computer: string): Session[] =>
    fleet.sessions().filter((session) => session.computer === computer && holdsStation(session));

  /**
   * Does something to each of several sessions, side by side. Of an earlier try that was interrupted the outcomes that are known
   * stay; `since` says what that try, or anybody since, has made of the others: `done`, why it is not possible any more, or null
   * where it is still to be done.
   */
  const toEach = async (
    given: { caller: Caller; action: AuditAction; progress: Progress; targets: readonly Target[]; resumed: boolean },
    since: (target: Target, session: Session | null) => 'done' | ErrorCode | null,
    work: (session: Session) => Promise<unknown>,
  ): Promise<Outcome[]> => {
    const { caller, action, progress, targets, resumed } = given;
    return await Promise.all(
      targets.map(async (target) => {
        const known = progress.known(target.session);
        if (known !== null) return known;
        const { session: id, user } = target;
        const session = fleet.session(id);
        const became = resumed ? since(target, session) : null;
        let outcome: Outcome = { session: id, user, error: null };
        try {
          if (became !== null) audit.note({ ...deedOf(caller, action, user, { session: id }), outcome: became });
          if (became !== null && became !== 'done') throw new CodedError(became);
          if (became === null) await work(session ?? deeds.sessionWith(id));
        } catch (error) {
          outcome = { ...outcome, error: tellError(error) };
        }
        progress.note(outcome);
        return outcome;
      }),
    );
  };

  /** The sessions of a request on several. Throws `computer-unreachable` where it cannot be known what an earlier try has done. */
  const targetsOf = (progress: Progress, computer: string, concerned: () => Session[]): ReturnType<Progress['targets']> => {
    const isReachable = fleet.isReachable(computer);
    const plan = (): Target[] => concerned().map(({ id, user, attachment }) => ({ session: id, user, attachment }));
    const found = progress.targets(plan, isReachable);
    if (found.resumed && !isReachable) throw new CodedError('computer-unreachable');
    return found;
  };

  /** By this the journal knows, later too, that what is on disk was ordered here. */
  const savedAt = (session: Session | null): { at?: number } => (session?.saved == null ? {} : { at: session.saved.at });

  /** Does something to a whole computer; the audit has it either way. */
  const toComputer = async <R>(
    caller: Caller,
    action: AuditAction,
    computer: string,
    details: Deed['details'],
    work: () => Promise<R>,
  ): Promise<R> => {
    const deed = deedOf(caller, action, computer, details);
    try {
      const done = await work();
      audit.note({ ...deed, outcome: 'done' });
      return done;
    } catch (error) {
      audit.note({ ...deed, outcome: tellError(error).code });
      throw error;
    }
  };

  /** Suspends who is at a station that is no more; who cannot be suspended now is after the grace time. */
  const suspendAt = async (caller: Caller, station: string): Promise<void> => {
    const here = fleet.sessions().filter((session) => session.station === station && holdsStation(session));
    await Promise.allSettled(
      here.map((session) =>
        toSession(caller, 'session.suspend', session, () =>
          fleet.call(session.computer, 'session.suspend', {
            session: session.id,
            cause: 'suspended-by-administrator',
            // Only here: it may have gone on at another station meanwhile.
            attachment: session.attachment,
          }),
        ),
      ),
    );
  };

  /** Whom no station signs in any more, the computer need not let in without a password. */
  const forbidUnused = (computer: string, user: string): void => {
    if (user === '' || stations.list().some((station) => station.configuration.autoLogon === user)) return;
    fleet.call(computer, 'autoLogon.forbid', { user }).catch(() => {
      // It stays on the computer's list; nothing of this room asks for it.
    });
  };

  /** Gives a split screen to its left half. */
  const unsplit = async (caller: Caller, id: string, suspend: boolean): Promise<Station> => {
    const split = stations.get(id)?.split;
    const rightId = split?.half === 'left' ? split.other : id;
    const there = fleet.sessions().find((session) => session.station === rightId && holdsStation(session));
    if (split != null && there !== undefined && !suspend) throw new CodedError('station-taken', { user: there.user });
    const signedIn = stations.get(rightId)?.configuration.autoLogon ?? '';
    const { left } = stations.unsplit(id, (whole, right) =>
      audit.record({ ...deedOf(caller, 'station.unsplit', whole.name, { right: right.name }), outcome: 'done' }),
    );
    forbidUnused(left.computer, signedIn);
    await suspendAt(caller, rightId);
    return left;
  };

  /** Two stations that sign the same account in would take its only session from each other. */
  const mustNotShare = (id: string, user: string): void => {
    const other = stations.list().find((station) => station.id !== id && station.configuration.autoLogon === user);
    if (other !== undefined && !settings.now.multipleSessions)
      throw new CodedError('auto-logon-shared', { user, station: other.name });
  };

  /** The computer keeps a list of its own of whom it signs in without a password; an administrator's own password adds to it. */
  const allowAutoLogon = async (caller: Caller, id: string, user: string, password: string | undefined): Promise<void> => {
    const computer = stations.get(id)?.computer;
    if (computer === undefined) throw new CodedError('station-not-found');
    const refusal = await fleet.call(computer, 'autoLogon.check', { user }).then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal === null) return;
    const { principal } = caller;
    const mayBeAllowed = refusal instanceof CodedError && refusal.code === 'auto-logon-not-allowed';
    if (!mayBeAllowed || password === undefined || principal?.by !== 'page') throw refusal;
    const conversation = desk.open({
      action: 'auto-logon.allow',
      target: user,
      computer,
      user: principal.name,
      password,
      address: caller.address,
      who: 'listed',
    });
    const step = await conversation.begin();
    if (step.step === 'refused') throw new CodedError(step.error.code, step.error.details);
    if (step.step === 'question') {
      conversation.finish();
      throw refusal;
    }
    conversation.usedUp();
    const deed = deedOf(caller, 'auto-logon.allow', user);
    try {
      await fleet.call(computer, 'autoLogon.allow', { attempt: conversation.attempt, user });
      audit.note({ ...deed, outcome: 'done' });
    } catch (error) {
      audit.note({ ...deed, outcome: tellError(error).code });
      throw error;
    }
  };

  const stationName = (id: string): string => stations.get(id)?.name ?? '';

  const toldRules = async (): Promise<ToldLimitRule[]> => {
    const known = await limits.knownGroups();
    return limits.list().map(({ scope, of, values }) => ({
      scope,
      of,
      name: scope === 'station' ? stationName(of) : of,
      exists: scope === 'station' ? true : (known?.has(of) ?? null),
      values,
    }));
  };

  const toldLimits = (effective: readonly EffectiveLimit[]): ToldLimit[] =>
    effective.map(({ name, value, source: { from, of } }) => ({
      name,
      value,
      source: { from, name: from === 'station' ? stationName(of) : of },
    }));

  const signedIn = ({ answer, cookie }: PageSignInResult, setCookie: (value: string) => void): PageSignInResult['answer'] => {
    if (cookie !== null) setCookie(cookie);
    return answer;
  };

  return {
    signIn: async ({ body, caller, setCookie }) => signedIn(await signIns.begin(body, caller.address), setCookie),
    signInAnswer: async ({ body, caller, setCookie }) =>
      signedIn(await signIns.answer(body.attempt, body.answer, caller.address), setCookie),
    signOut: ({ caller, setCookie }) => {
      if (caller.pageSession !== null) {
        pageSessions.close(caller.pageSession);
        audit.note({ ...deedOf(caller, 'page.sign-out', ''), outcome: 'done' });
      }
      setCookie(null);
      return {};
    },
    me: ({ caller }) => {
      if (caller.principal === null) throw new CodedError('not-signed-in');
      return { principal: caller.principal, computer: fleet.computers()[0]?.name ?? '' };
    },

    setup: async ({ body, caller }) => {
      await setUp.finish(body, caller.address);
      return {};
    },
    setupState: async () => ({ needed: await setUp.isNeeded() }),
    setupCode: async ({ caller }) => {
      if (caller.principal?.by !== 'socket') throw new CodedError('not-allowed');
      return setUp.makeCode();
    },

    computers: async ({ caller }) => {
      const asked = fleet.computers().filter(({ reachable }) => reachable);
      await Promise.allSettled(asked.map(({ name }) => fleet.call(name, 'computer.status', {})));
      const all = fleet.computers();
      return audience.scopeOf(caller) === null ? all : all.map(computerWithin);
    },
    suspendAll: async ({ params, caller, progress }) => {
      const computer = computerNamed(params.name);
      const action = 'session.suspend';
      const cause = 'suspended-by-administrator';
      const { targets, resumed } = targetsOf(progress, computer, () => atStationsOf(computer));
      if (resumed) {
        const rest = await toEach(
          { caller, action, progress, targets, resumed },
          // Whoever has come back since is not suspended once more.
          ({ attachment }, session) =>
            session === null || !holdsStation(session) || session.attachment !== attachment ? 'done' : null,
          (session) =>
            toSession(caller, action, session, () =>
              fleet.call(computer, 'session.suspend', { session: session.id, cause, attachment: session.attachment }),
            ),
        );
        audit.note({ ...deedOf(caller, 'computer.suspend-all', computer, { sessions: rest.length }), outcome: 'done' });
        return { outcomes: rest };
      }
      const { outcomes } = await fleet.call(computer, 'session.suspendAll', { cause }).catch((error: unknown) => {
        audit.note({ ...deedOf(caller, 'computer.suspend-all', computer), outcome: tellError(error).code });
        throw error;
      });
      audit.note({ ...deedOf(caller, 'computer.suspend-all', computer, { sessions: outcomes.length }), outcome: 'done' });
      for (const { session, user, error } of outcomes) {
        audit.note({ ...deedOf(caller, action, user, { session }), outcome: error?.code ?? 'done' });
      }
      for (const outcome of outcomes) progress.note(outcome);
      return { outcomes };
    },
    logOffAll: async ({ params, body, caller, progress }) => {
      const computer = computerNamed(params.name);
      const seconds = body.seconds ?? settings.now.logOffCountdownSeconds;
      const concerned = (): Session[] =>
        fleet
          .sessions()
          .filter(
            (session) => session.computer === computer && (holdsStation(session) || (body.suspended && isResumable(session))),
          );
      const outcomes = await toEach(
        { caller, action: 'session.log-off', progress, ...targetsOf(progress, computer, concerned) },
        (_target, session) => (session === null || session.state === 'ending' || session.endsAt !== null ? 'done' : null),
        (session) =>
          toSession(caller, 'session.log-off', session, () =>
            deeds.logOff(caller, session, holdsStation(session) ? seconds * 1000 : 0),
          ),
      );
      audit.note({ ...deedOf(caller, 'computer.log-off-all', computer, { sessions: outcomes.length }), outcome: 'done' });
      return { outcomes };
    },
    unsavedAtStations: ({ params }) => {
      const computer = computerNamed(params.name);
      const sessions = atStationsOf(computer);
      return fleet.call(computer, 'session.unsaved', { sessions: sessions.map(({ id }) => id) });
    },
    hibernateAll: async ({ params, body, caller, progress }) => {
      const computer = computerNamed(params.name);
      const action = 'session.hibernate';
      const order = { cause: 'hibernated-by-administrator', closing: body.closing } as const;
      const savable = (session: Session): boolean => session.state === 'suspended' || session.state === 'hibernating';
      const concerned = (): Session[] => fleet.sessions().filter((session) => session.computer === computer && savable(session));
      const { targets, resumed } = targetsOf(progress, computer, concerned);
      if (resumed) {
        const rest = await toEach(
          { caller, action, progress, targets, resumed },
          (_target, session) => {
            if (session === null) return 'session-not-found';
            if (session.state === 'hibernated') return 'done';
            // Whoever has come back since is not sent away.
            return savable(session) ? null : 'not-possible-now';
          },
          (session) =>
            toSession(caller, action, session, () => fleet.call(computer, action, { session: session.id, ...order }), savedAt),
        );
        audit.note({ ...deedOf(caller, 'computer.hibernate-all', computer, { closing: body.closing ? 1 : 0 }), outcome: 'done' });
        return { outcomes: rest };
      }
      const { outcomes } = await toComputer(caller, 'computer.hibernate-all', computer, { closing: body.closing ? 1 : 0 }, () =>
        fleet.call(computer, 'session.hibernateAll', order),
      );
      for (const outcome of outcomes) {
        const { session, user, error } = outcome;
        const details = { ...error?.details, session, ...(error === null ? savedAt(fleet.session(session)) : {}) };
        audit.note({ ...deedOf(caller, action, user, details), outcome: error?.code ?? 'done' });
        progress.note(outcome);
      }
      return { outcomes };
    },
    checkComputer: async ({ params, caller }) => {
      const [{ checks }, seen] = await Promise.all([
        fleet.call(computerNamed(params.name), 'session.check', {}),
        audience.seen(caller),
      ]);
      const ids = new Set(seen.map(({ id }) => id));
      return { checks: checks.filter(({ session }) => ids.has(session)) };
    },
    leave: async ({ params, body, caller }) => {
      const name = computerNamed(params.name);
      const seconds = body.seconds ?? settings.now.leaveWarningSeconds;
      const by = caller.principal?.name.slice(0, 64) ?? '';
      const sessions = fleet.sessions().filter((session) => session.computer === name && isRunning(session)).length;
      const computer = await toComputer(caller, 'computer.leave', name, { how: body.how, seconds, sessions }, () =>
        fleet.call(name, 'computer.leave', { how: body.how, afterMs: seconds * 1000, by }),
      );
      return { ...computer, name, reachable: true };
    },
    stay: async ({ params, caller }) => {
      const name = computerNamed(params.name);
      const computer = await toComputer(caller, 'computer.stay', name, {}, () => fleet.call(name, 'computer.stay', {}));
      return { ...computer, name, reachable: true };
    },
    setMode: async ({ params, body, caller }) => {
      const name = computerNamed(params.name);
      const computer = await toComputer(caller, 'computer.mode', name, { mode: body.mode }, () =>
        fleet.call(name, 'computer.setMode', { mode: body.mode }),
      );
      return { ...computer, name, reachable: true };
    },
    identifyAll: async ({ params, body, caller }) => {
      const computer = computerNamed(params.name);
      for (const station of await audience.seenStations(caller)) {
        if (station.computer === computer && station.state === 'enrolled') stations.identify(station.id, body.on);
      }
      audit.note({ ...deedOf(caller, 'computer.identify', computer, { on: body.on ? 1 : 0 }), outcome: 'done' });
      return {};
    },

    stations: async ({ query, page, caller }) => page(await audience.seenStations(caller), ({ id }) => id, query),
    configureStation: async ({ params, body, caller }) => {
      const { autoLogon } = body.configuration ?? {};
      if (autoLogon !== undefined && autoLogon !== '' && autoLogon !== stations.get(params.id)?.configuration.autoLogon)
        mustNotShare(params.id, autoLogon);
      if (autoLogon !== undefined && autoLogon !== '') await allowAutoLogon(caller, params.id, autoLogon, body.password);
      const room = body.configuration?.room;
      // The room as it is written already, whatever letters were typed; a new one is made with what it is for.
      const known = room === undefined ? undefined : (rooms.find(room) ?? room);
      const configuration = body.configuration === undefined ? undefined : { ...body.configuration, room: known };
      const was = stations.get(params.id)?.configuration.autoLogon ?? '';
      const configure = (): Station =>
        stations.configure(params.id, { ...body, configuration }, (before, after) => {
          rooms.ensure(after.configuration.room);
          audit.record({
            ...deedOf(caller, 'station.configure', before.name, configurationChange(before, after)),
            outcome: 'done',
          });
        });
      try {
        const configured = configure();
        forbidUnused(configured.computer, was);
        return configured;
      } catch (error) {
        // Whom the computer was to sign in, it need not.
        forbidUnused(stations.get(params.id)?.computer ?? '', autoLogon ?? '');
        throw error;
      }
    },
    remapState: ({ params }) => {
      computerNamed(params.name);
      return remaps.state;
    },
    remap: ({ params, body, caller }) => {
      remaps.begin(computerNamed(params.name), body.newNames, { actor: caller.principal?.name ?? '', address: caller.address });
      return {};
    },
    cancelRemap: ({ params, caller }) => {
      computerNamed(params.name);
      remaps.cancel({ actor: caller.principal?.name ?? '', address: caller.address });
      return {};
    },
    undoRemap: ({ params, caller }) => {
      remaps.undo({ actor: caller.principal?.name ?? '', address: caller.address }, computerNamed(params.name));
      return {};
    },
    rooms: () => ({ rooms: rooms.list() }),
    arrangeRooms: ({ body, caller }) => {
      const arranged = rooms.arrange(body.rooms, body.based, () => {
        scopes.renameRooms(body.rooms);
        audit.record({
          ...deedOf(caller, 'rooms.arrange', '', {
            before: body.based.join(', '),
            after: body.rooms.map(({ name }) => name).join(', '),
          }),
          outcome: 'done',
        });
      });
      scopes.changed();
      return { rooms: arranged };
    },
    admitStation: ({ params, caller }) => {
      const label = stations.get(params.id)?.name ?? '';
      return stations.admit(params.id, (station) =>
        audit.record({ ...deedOf(caller, 'station.admit', station.name, { label }), outcome: 'done' }),
      );
    },
    splitStation: ({ params, body, caller }) =>
      stations.split(params.id, body.name, (right) =>
        audit.record({
          ...deedOf(caller, 'station.split', stations.get(params.id)?.name ?? '', { right: right.name }),
          outcome: 'done',
        }),
      ),
    unsplitStation: async ({ params, body, caller }) => await unsplit(caller, params.id, body.suspend),
    removeStation: async ({ params, caller }) => {
      // Half a screen cannot be removed: it is given to the other half.
      if (stations.get(params.id)?.split?.half === 'right') {
        await unsplit(caller, params.id, true);
        return {};
      }
      const beside = stations.get(params.id)?.split?.other;
      const gone = stations.list().filter(({ id }) => id === params.id || id === beside);
      stations.remove(params.id, (station) =>
        audit.record({ ...deedOf(caller, 'station.remove', station.name), outcome: 'done' }),
      );
      for (const { computer, configuration } of gone) forbidUnused(computer, configuration.autoLogon);
      // The station is gone already: a session that cannot be suspended now is suspended after the grace time.
      await suspendAt(caller, params.id);
      if (beside !== undefined) await suspendAt(caller, beside);
      return {};
    },
    identifyStation: ({ params, body, caller }) => {
      const station = stations.identify(params.id, body.on);
      audit.note({ ...deedOf(caller, 'station.identify', station.name, { on: body.on ? 1 : 0 }), outcome: 'done' });
      return {};
    },
    enrolmentCode: ({ body, caller }) =>
      codes.make(body.minutes, () =>
        audit.record({ ...deedOf(caller, 'station.code', '', { minutes: body.minutes }), outcome: 'done' }),
      ),

    sessions: async ({ query, page, caller }) => page((await audience.seen(caller)).map(covers.told), ({ id }) => id, query),
    suspendSession: ({ params, caller }) => {
      const session = deeds.sessionWith(params.id);
      return toSession(caller, 'session.suspend', session, () =>
        fleet.call(session.computer, 'session.suspend', { session: session.id, cause: 'suspended-by-administrator' }),
      );
    },
    moveSession: async ({ params, body, caller }) => {
      const session = deeds.sessionWith(params.id);
      const to = stations.get(body.station);
      if (to?.state !== 'enrolled' || to.computer !== session.computer) throw new CodedError('station-not-found');
      if (!to.online) throw new CodedError('station-offline', { station: to.name });
      const from = session.station === null ? '' : (stations.get(session.station)?.name ?? '');
      const displaced = body.displaces === null ? null : fleet.session(body.displaces);
      const moved = await toSession(
        caller,
        'session.move',
        session,
        () =>
          fleet.call(session.computer, 'session.move', {
            session: session.id,
            station: to.id,
            displaces: body.displaces,
            attachment: body.attachment,
          }),
        () => ({ from, to: to.name }),
      );
      if (displaced?.station === to.id && fleet.session(displaced.id)?.station !== to.id) {
        const details = { session: displaced.id, station: to.name, madeRoomFor: session.user };
        audit.note({ ...deedOf(caller, 'session.suspend', displaced.user, details), outcome: 'done' });
      }
      return moved;
    },
    hibernateSession: ({ params, body, caller }) => {
      const session = deeds.sessionWith(params.id);
      return toSession(
        caller,
        'session.hibernate',
        session,
        () =>
          fleet.call(session.computer, 'session.hibernate', {
            session: session.id,
            cause: 'hibernated-by-administrator',
            closing: body.closing,
          }),
        savedAt,
      );
    },
    timeRequests: async ({ caller }) => {
      const seen = await audience.seen(caller);
      return times.requests().filter(({ session }) => seen.some(({ id }) => id === session));
    },
    extendSession: ({ params, body, caller }) => {
      const session = deeds.sessionWith(params.id);
      const details = { session: session.id, minutes: body.minutes };
      times.extend(session, body.minutes, () =>
        audit.record({ ...deedOf(caller, 'session.extend', session.user, details), outcome: 'done' }),
      );
      return { leftMs: Math.round(times.leftMs(session) ?? 0) };
    },
    refuseTime: ({ params, caller }) => {
      const session = deeds.sessionWith(params.id);
      times.refuse(session, () =>
        audit.record({ ...deedOf(caller, 'session.refuse-time', session.user, { session: session.id }), outcome: 'done' }),
      );
      return {};
    },
    logOffSession: ({ params, body, caller }) => {
      const session = deeds.sessionWith(params.id);
      // Nobody sees a warning where no station shows the session.
      const seconds = body.seconds ?? (holdsStation(session) ? settings.now.logOffCountdownSeconds : 0);
      return toSession(caller, 'session.log-off', session, () => deeds.logOff(caller, session, seconds * 1000));
    },
    unsavedInSession: async ({ params }) => {
      const session = deeds.sessionWith(params.id);
      const { sessions } = await fleet.call(session.computer, 'session.unsaved', { sessions: [session.id] });
      const [work] = sessions;
      if (work === undefined) throw new CodedError('session-not-found');
      return work;
    },
    sessionPicture: ({ params, query, caller, known, signal }) =>
      looking.look(caller, deeds.sessionWith(params.id), { size: query.size, waitMs: query.wait * 1000, known, signal }),
    keepSession: ({ params, caller }) => {
      const session = deeds.sessionWith(params.id);
      return toSession(caller, 'session.keep', session, () =>
        fleet.call(session.computer, 'session.keep', { session: session.id }),
      );
    },

    accounts: async ({ query, page }) => page(await people.list(), ({ name }) => name, query),
    createAccount: ({ body, caller }) => people.create(caller, body),
    changeAccount: ({ params, body, caller }) => people.change(caller, { ...body, user: params.name }),
    setPassword: ({ params, body, caller }) => people.setPassword(caller, { ...body, user: params.name }),
    removeAccount: ({ params, query, caller }) =>
      people.remove(caller, { user: params.name, files: query.files, endSession: query.endSession === 'yes' }),
    removal: ({ params }) => people.removal(params.id),
    previewImport: ({ body }) => people.previewImport(body.file),
    settings: () => settings.now,
    changeSettings: ({ body, caller }) => {
      const before = settings.now;
      const { was = {}, ...wanted } = body;
      const names = (Object.keys(was) as (keyof typeof was)[]).filter(
        (name) => was[name] !== undefined && was[name] !== before[name],
      );
      if (names.length > 0) throw new CodedError('changed-meanwhile', { names: names.join(', ') });
      const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
      const details: Record<string, string> = {};
      for (const [name, value] of Object.entries(given))
        details[name] = `${String(before[name as keyof typeof before])} → ${String(value)}`;
      return settings.change(given, () => audit.record({ ...deedOf(caller, 'settings.change', '', details), outcome: 'done' }));
    },
    limitRules: async () => ({ rules: await toldRules() }),
    changeLimits: async ({ body, caller }) => {
      await limits.change(accountsComputerOf(fleet), body, (before, after, name) => {
        const details: Record<string, string> = { [body.scope]: name };
        for (const each of limitNames)
          if (before[each] !== after[each]) details[each] = `${before[each] ?? '–'} → ${after[each] ?? '–'}`;
        audit.record({ ...deedOf(caller, 'limits.change', name, details), outcome: 'done' });
      });
      return { rules: await toldRules() };
    },
    limitsOf: async ({ query }) => {
      const { user, station } = query;
      if (station !== undefined && stations.get(station) === null) throw new CodedError('station-not-found');
      return { limits: toldLimits(await limits.effectiveOf(accountsComputerOf(fleet), user, station ?? null)) };
    },
    sessionLimits: ({ params }) => {
      const session = deeds.sessionWith(params.id);
      return { limits: toldLimits(limits.effectiveFor(session)), leftMs: times.leftMs(session) };
    },
    views: ({ caller }) => views.list(ownerOf(caller)),
    keepView: ({ body, caller }) => views.keep(ownerOf(caller), body.name, body.query),
    removeView: ({ params, caller }) => {
      views.remove(ownerOf(caller), params.id);
      return {};
    },
    firstSteps: () => firstSteps.look(),
    alerts: () => alerts.list(),
    dismissAlert: ({ body, caller }) => {
      alerts.dismiss(body.key, caller.principal?.name ?? '', ({ code }) =>
        audit.record({ ...deedOf(caller, 'alert.dismiss', body.key, { code }), outcome: 'done' }),
      );
      return {};
    },
    restoreAlert: ({ body, caller }) => {
      alerts.restore(body.key, () => audit.record({ ...deedOf(caller, 'alert.restore', body.key), outcome: 'done' }));
      return {};
    },
    audit: ({ query }) => audit.list(query),
    exportAudit: ({ query, caller }) => {
      const { format, ...filter } = query;
      const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
      audit.record({ ...deedOf(caller, 'audit.export', '', { ...given, format }), outcome: 'done' });
      return exportAudit(audit, filter, format, clock.nowMs());
    },
    verifyAudit: async ({ body, caller }) => {
      const report = await auditWatch.verify(body.noted);
      const sound = report.brokenAt === null && report.noted !== 'different';
      const details: Deed['details'] = report.brokenAt === null ? {} : { from: report.brokenAt };
      audit.note({ ...deedOf(caller, 'audit.verify', '', details), outcome: sound ? 'done' : auditChanged });
      return report;
    },
    tokens: ({ query, page }) => page(tokens.list(), ({ id }) => id, query),
    makeToken: async ({ body, caller }) => {
      const { name, level, expiresInDays } = body;
      if (body.scopes?.some((scope) => !scopeSuits(scope, level)) === true)
        throw new CodedError('bad-request', { field: 'scopes' });
      if (body.sees !== null && level !== 'dashboard') throw new CodedError('bad-request', { field: 'sees' });
      const sees = body.sees === null ? null : await scopes.checked(accountsComputerOf(fleet), body.sees);
      const ends = [expiresInDays === null ? null : clock.nowMs() + expiresInDays * dayMs, caller.token?.expiresAt ?? null];
      const known = ends.filter((end) => end !== null);
      const expiresAt = known.length === 0 ? null : Math.min(...known);
      const made = tokens.make({ name, level, scopes: body.scopes, expiresAt }, (token) => {
        scopes.write('token', token.id, sees);
        audit.record({
          ...deedOf(caller, 'token.make', token.name, {
            level: token.level,
            ...(token.scopes === null ? {} : { scopes: token.scopes.join(', ') }),
            ...(expiresAt === null ? {} : { expires: new Date(expiresAt).toISOString() }),
            ...(sees === null ? {} : { sees: scopeText(sees) }),
          }),
          outcome: 'done',
        });
      });
      if (sees !== null) scopes.changed();
      return made;
    },
    ...audienceAnswers(parts),
    ...scopeAnswers(parts),
    ...controlAnswers(parts),
    ...blockAnswers(parts),
    ...handAnswers(parts),
    revokeToken: ({ params, caller }) => {
      tokens.revoke(params.id, (token) => audit.record({ ...deedOf(caller, 'token.revoke', token.name), outcome: 'done' }));
      return {};
    },
  };
}

/** What the audit keeps of a change: each thing that is another now. */
function configurationChange(before: Station, after: Station): Record<string, string> {
  const details: Record<string, string> = before.name === after.name ? {} : { name: after.name };
  for (const [name, value] of Object.entries(after.configuration)) {
    const was = String(before.configuration[name as keyof Station['configuration']]);
    if (String(value) !== was) details[name] = `${was} → ${String(value)}`;
  }
  return details;
}
