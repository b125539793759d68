// The gateway put together: everything made once, started in order, stopped in reverse.
import { join } from 'node:path';
import type { Config } from '#contract/config.ts';
import type { Places } from '#contract/places.ts';
import { ThisComputer } from '#fleet/this-computer.ts';
import { makeAnswers } from './api-answers.ts';
import { Alerts } from './alerts.ts';
import { Audit } from './audit.ts';
import { AuditWatch } from './audit-watch.ts';
import { Callers } from './callers.ts';
import { Audience } from './classroom/audience.ts';
import { PeopleFacts } from './classroom/people-facts.ts';
import { Scopes } from './classroom/scopes.ts';
import { Controls } from './classroom/controls.ts';
import { Supervisors } from './classroom/supervisors.ts';
import { Blocks } from './classroom/blocks.ts';
import { Hands } from './classroom/hands.ts';
import { Covers } from './classroom/covers.ts';
import { Standing } from './classroom/standing.ts';
import { Deeds } from './deeds.ts';
import { Certificate } from './certificate.ts';
import type { TimingClock } from './clock.ts';
import { ComputerSettings } from './computer-settings.ts';
import { checkFolders } from './configuration.ts';
import { FirstSteps } from './first-steps.ts';
import { KeyedRequests } from './keyed-requests.ts';
import { LimitRules } from './limit-rules.ts';
import { LiveFeed } from './live-feed.ts';
import type { Log } from './log.ts';
import { Metrics } from './metrics.ts';
import { PageSessions } from './people/page-sessions.ts';
import { People } from './people/people.ts';
import { Removals } from './people/removals.ts';
import { PageSignIns } from './people/page-sign-ins.ts';
import { SetUp } from './people/set-up.ts';
import { SignInDesk } from './people/sign-in-desk.ts';
import { Throttle } from './people/throttle.ts';
import { Refusals } from './people/refusals.ts';
import { Tokens } from './people/tokens.ts';
import { SavedViews } from './saved-views.ts';
import { RoomSettings } from './room-settings.ts';
import { SessionJournal } from './session-journal.ts';
import { SessionTimes } from './session-times.ts';
import { EnrolmentCodes } from './station/enrolment-codes.ts';
import { Pictures } from './station/pictures.ts';
import { PixelDoor } from './station/pixel-door.ts';
import { PrivacyNotices } from './station/privacy-notices.ts';
import { Remaps } from './station/remaps.ts';
import { Rooms } from './station/rooms.ts';
import { tellAutoLogonUsers } from './station/auto-logon-users.ts';
import { StationDoor } from './station/station-door.ts';
import { Stations } from './station/stations.ts';
import { Tickets } from './station/tickets.ts';
import { ToldLosses } from './station/told-losses.ts';
import { Store } from './store.ts';
import { Looking } from './watching/looking.ts';
import { ScreenWatches } from './watching/screen-watches.ts';
import { WatchDoor } from './watching/watch-door.ts';
import { WebServer } from './web-server.ts';

const sweepEveryMs = 60_000;
const pruneEveryMs = 10 * 60_000;
const tellHeadEveryMs = 24 * 3_600_000;

export interface GatewayParts {
  places: Places;
  config: Config;
  /** Folder of the built pages. */
  webRoot: string;
  clock: TimingClock;
  log: Log;
}

export class Gateway implements AsyncDisposable {
  readonly #parts: GatewayParts;
  readonly #undo = new AsyncDisposableStack();
  #server: WebServer | null = null;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get httpPort(): number {
    return this.#server?.httpPort ?? 0;
  }

  /** Throws a StartFault that says what to do; call `stop` then as well. */
  async start(): Promise<void> {
    const { places, config, webRoot, clock, log } = this.#parts;
    const undo = this.#undo;
    checkFolders(places);
    const store = undo.use(Store.open(join(places.gatewayStateDir, 'store.db')));
    const audit = new Audit(store, log, clock);
    const auditWatch = new AuditWatch(audit, clock, log);
    const fleet = new ThisComputer(places, log);
    const settings = new RoomSettings(store);
    const throttle = new Throttle(store, clock);
    const tokens = new Tokens(store, clock);
    const refusals = new Refusals(audit, clock);
    const pageSessions = new PageSessions(store, fleet, clock, log);
    const desk = new SignInDesk(fleet, throttle, audit);
    const removals = new Removals(fleet, audit, pageSessions, clock, log);
    const people = new People({ fleet, audit, pageSessions, settings, removals });
    const signIns = new PageSignIns(fleet, desk, pageSessions, audit);
    const setUp = new SetUp({ fleet, desk, settings, audit, clock });
    const stations = new Stations(store, clock, () => fleet.computers()[0]?.name ?? '');
    const rooms = new Rooms(store, stations);
    const remaps = new Remaps(store, stations, audit, log);
    const codes = new EnrolmentCodes(store, clock);
    const notices = new PrivacyNotices(store, clock, log);
    const losses = new ToldLosses(store, clock, log);
    const journal = new SessionJournal(fleet, audit);
    const computerSettings = new ComputerSettings(fleet, settings, log);
    const tickets = new Tickets(clock);
    const limits = new LimitRules({ fleet, stations, settings, store, clock, log });
    const deeds = new Deeds(fleet, audit);
    const scopes = new Scopes(store, fleet, rooms);
    const facts = new PeopleFacts(fleet, clock);
    const audience = new Audience({ fleet, stations, limits, settings, deeds, scopes, facts });
    const times = new SessionTimes({ fleet, store, audit, limits, clock, log });
    const blocks = new Blocks({
      standing: new Standing({ kind: 'block', store, fleet, stations, settings, audience, clock, log }),
      store,
    });
    const hands = new Hands({ fleet, store, audience, settings, clock });
    const covers = new Covers(fleet, [blocks.cover]);
    const watches = new ScreenWatches(fleet, log);
    const pictures = new Pictures(join(places.gatewayStateDir, 'pictures'), fleet, watches, log);
    const looking = new Looking({ fleet, settings, covers, notices, watches, pictures, audit, clock });
    const controls = new Controls({
      fleet,
      settings,
      limits,
      looking,
      audience,
      deeds,
      audit,
      tickets,
      times,
      pageSessions,
      tokens,
      clock,
      log,
    });
    const pixels = new PixelDoor(fleet, tickets, covers, (session) => times.input(session), controls, log);
    const stationDoor = new StationDoor({
      fleet,
      stations,
      remaps,
      settings,
      desk,
      throttle,
      tickets,
      pixels,
      pictures,
      codes,
      notices,
      losses,
      times,
      limits,
      controls,
      hands,
      covers,
      clock,
      audit,
      log,
    });
    const supervisors = new Supervisors(fleet, audience, clock);
    const liveFeed = new LiveFeed({
      fleet,
      stations,
      audience,
      covers,
      sources: [times.live, controls.live, supervisors.live, covers.live, blocks.standing.live, hands.live],
      settings,
      pageSessions,
      tokens,
      log,
    });
    const watchDoor = new WatchDoor({ fleet, audience, looking, settings, pageSessions, tokens, log });
    const callers = new Callers(pageSessions, tokens, refusals, settings);
    const certificate = new Certificate(config, places, log);
    const alerts = new Alerts({ fleet, stations, audit, auditWatch, settings, certificate, store, clock });
    const metrics = new Metrics({ fleet, stations, desk, clock });
    const keyed = new KeyedRequests(store, clock, log);
    const answers = makeAnswers({
      fleet,
      deeds,
      audience,
      scopes,
      controls,
      blocks,
      hands,
      covers,
      stations,
      rooms,
      remaps,
      codes,
      settings,
      alerts,
      firstSteps: new FirstSteps({ people, audit, certificate, settings }),
      times,
      limits,
      views: new SavedViews(store),
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
    });
    const server = new WebServer({
      places,
      config,
      certificate,
      webRoot,
      callers,
      settings,
      answers,
      keyed,
      fleet,
      audience,
      stationDoor,
      pixelDoor: pixels,
      liveFeed,
      supervisors,
      watchDoor,
      metrics,
      isHostReachable: () => fleet.computers().every(({ reachable }) => reachable),
      log,
    });

    settings.start();
    throttle.start();
    pageSessions.start();
    stations.start();
    scopes.start();
    undo.defer(removals.onRemoved((user) => scopes.forget('account', user)));
    undo.defer(tokens.onRevoke((id) => scopes.forget('token', id)));
    remaps.start();
    undo.defer(() => remaps.stop());
    codes.start();
    watches.start();
    undo.defer(() => watches.stop());
    looking.start();
    undo.defer(() => looking.stop());
    pictures.start();
    undo.defer(() => pictures.stop());
    metrics.start();
    undo.defer(() => metrics.stop());
    journal.start();
    undo.defer(() => journal.stop());
    undo.defer(removals.start());
    limits.start();
    undo.defer(() => limits.stop());
    times.start();
    undo.defer(() => times.stop());
    controls.start();
    blocks.standing.start();
    undo.defer(() => blocks.standing.stop());
    hands.start();
    undo.defer(() => hands.stop());
    covers.start();
    undo.defer(() => covers.stop());

    undo.defer(tellAutoLogonUsers(fleet, stations, log));
    computerSettings.start();
    undo.defer(() => computerSettings.stop());
    fleet.start();
    undo.defer(() => fleet.stop());
    undo.defer(() => signIns.stop());
    undo.defer(() => refusals.sweep(true));
    const sweep = setInterval(() => {
      pageSessions.sweep();
      refusals.sweep();
      keyed.sweep();
    }, sweepEveryMs);
    undo.defer(() => clearInterval(sweep));
    const pruning = setInterval(() => audit.prune(settings.now.keepActivityDays), pruneEveryMs);
    undo.defer(() => clearInterval(pruning));
    audit.tellHead();
    const heads = setInterval(() => audit.tellHead(), tellHeadEveryMs);
    undo.defer(() => clearInterval(heads));
    auditWatch.start();
    undo.defer(() => auditWatch.stop());
    this.#server = server;
    undo.defer(() => server.stop());
    // Those who come get their answer as soon as the server takes them in; so they are ready before, and leave first.
    stationDoor.start();
    liveFeed.start();
    supervisors.start();
    undo.defer(() => supervisors.stop());
    watchDoor.start();
    undo.defer(() => {
      liveFeed.stop();
      watchDoor.stop();
      controls.stop();
      pixels.closeAll('restarting');
      stationDoor.stop();
    });
    await server.start();
  }

  rereadCertificate(): void {
    this.#server?.rereadCertificate();
  }

  /** Undoes what was started, as far as it came. */
  async stop(): Promise<void> {
    await this.#undo.disposeAsync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
