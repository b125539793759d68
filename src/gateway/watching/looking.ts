// Looking at sessions: whether somebody's screen may be looked at, and its picture. Who may ask is asked before, in api.ts.
import { once } from 'node:events';
import type { PictureFile } from '#contract/route.ts';
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { PictureSize } from '#model/picture.ts';
import { isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Audit } from '../audit.ts';
import type { Caller } from '../callers.ts';
import type { Covers } from '../classroom/covers.ts';
import type { Clock } from '../clock.ts';
import type { RoomSettings } from '../room-settings.ts';
import { ownUserOf } from '../session-target.ts';
import type { Pictures } from '../station/pictures.ts';
import type { PrivacyNotices } from '../station/privacy-notices.ts';
import { Looks } from './looks.ts';
import type { Picture } from './picture.ts';
import type { ScreenWatches } from './screen-watches.ts';

export interface Wanted {
  size: PictureSize;
  /** The tag of the picture that one has. */
  known: string | null;
  /** The answer may wait so long for another picture than that. */
  waitMs: number;
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
}

/** Whoever is shown one picture after the other. */
export interface Shower {
  /** Fulfilled when there is room for a picture; true: it had to wait, and by then another picture may be the newest. */
  room: () => Promise<boolean>;
  show: (picture: Picture) => void;
}

export class Looking {
  readonly #fleet: Fleet;
  readonly #settings: RoomSettings;
  readonly #covers: Covers;
  readonly #notices: PrivacyNotices;
  readonly #watches: ScreenWatches;
  readonly #pictures: Pictures;
  readonly #looks: Looks;
  #removeListener: () => void = () => {};

  constructor(parts: {
    fleet: Fleet;
    settings: RoomSettings;
    covers: Covers;
    notices: PrivacyNotices;
    watches: ScreenWatches;
    pictures: Pictures;
    audit: Audit;
    clock: Clock;
  }) {
    this.#fleet = parts.fleet;
    this.#settings = parts.settings;
    this.#covers = parts.covers;
    this.#notices = parts.notices;
    this.#watches = parts.watches;
    this.#pictures = parts.pictures;
    this.#looks = new Looks(parts.audit, parts.clock);
  }

  start(): void {
    this.#removeListener = this.#settings.onChange(({ allowMonitoring }) => {
      if (!allowMonitoring) this.#watches.endAll(new Error('The settings no longer allow it.'));
    });
  }

  stop(): void {
    this.#removeListener();
    this.#looks.stop();
  }

  /** Throws `not-allowed` for a covered session of one's own, `monitoring-off`, `notice-not-accepted`, `no-picture`, `store-full`. */
  async look(caller: Caller, session: Session, wanted: Wanted): Promise<PictureFile> {
    this.#mustNotBeCovered(caller, session);
    await this.mustBeWatchable(session);
    using look = this.#looks.enter(caller, session);
    const limit = AbortSignal.any([wanted.signal, AbortSignal.timeout(wanted.waitMs)]);
    const picture = isRunning(session) ? await this.#live(session, wanted, limit) : await this.#kept(session, wanted, limit);
    // It may have waited.
    await this.mustBeWatchable(session);
    this.#mustNotBeCovered(caller, session);
    look.seen();
    const { known } = wanted;
    if (picture === null || picture.tag === known) return { type: 'image/jpeg', bytes: null, tag: known ?? '' };
    return { type: 'image/jpeg', bytes: picture.jpeg, tag: picture.tag };
  }

  /**
   * Shows what is seen, and then whenever it is another, until `signal` is aborted; of what does not run the last picture. `known` is the
   * tag of the picture that is shown already. Rejects as `look` does.
   */
  async follow(
    caller: Caller,
    session: Session,
    { size, known, signal }: Omit<Wanted, 'waitMs'>,
    { room, show }: Shower,
  ): Promise<void> {
    this.#mustNotBeCovered(caller, session);
    await this.mustBeWatchable(session);
    using look = this.#looks.enter(caller, session);
    if (!isRunning(session)) {
      const picture = await this.#kept(session, { known: null, waitMs: 0 }, signal);
      await room();
      look.seen();
      if (picture.tag !== known) show(picture);
      if (!signal.aborted) await once(signal, 'abort');
      return;
    }
    using viewer = this.#watches.enter(session);
    const { watch } = viewer;
    const failed = (error: unknown): never => this.#fail(session, error);
    let shown = known;
    let picture = await watch.picture(size, signal).catch(failed);
    for (;;) {
      if (picture.tag !== shown && (await room())) picture = await watch.picture(size, signal).catch(failed);
      signal.throwIfAborted();
      this.#mustNotBeCovered(caller, session);
      look.seen();
      if (picture.tag !== shown) show(picture);
      shown = picture.tag;
      picture = await watch.pictureAfter(shown, size, signal).catch(failed);
    }
  }

  /** A picture of the own session would get round what covers it. */
  #mustNotBeCovered(caller: Caller, session: Session): void {
    if (ownUserOf(caller) === session.user && this.#covers.of(session) !== null) throw new CodedError('not-allowed');
  }

  /** Throws `monitoring-off`, `notice-not-accepted`. */
  async mustBeWatchable({ computer, user, uid }: Session): Promise<void> {
    const { allowMonitoring, privacyNotice } = this.#settings.now;
    if (!allowMonitoring) throw new CodedError('monitoring-off');
    if (!privacyNotice || this.#notices.hasAccepted({ name: user, uid })) return;
    // Only standard users are asked. Who is asked may be at work already when watching is allowed.
    const { level } = await this.#fleet.call(computer, 'account.describe', { user });
    if (level === 'standard') throw new CodedError('notice-not-accepted');
  }

  /** Null: within the limit there was no other than the known one. */
  async #live(session: Session, { size, known, waitMs, signal }: Wanted, limit: AbortSignal): Promise<Picture | null> {
    using viewer = this.#watches.enter(session);
    const { watch } = viewer;
    try {
      if (known === null || waitMs === 0) return await watch.picture(size, signal);
      return await watch.pictureAfter(known, size, limit);
    } catch (error) {
      if (limit.aborted && !signal.aborted && !watch.ended.aborted) return null;
      return this.#fail(session, error);
    }
  }

  /** Says why there is no picture of a session that runs, or ran. */
  #fail(session: Session, error: unknown): never {
    if (!this.#settings.now.allowMonitoring) throw new CodedError('monitoring-off');
    throw new CodedError(this.#fleet.session(session.id) === null ? 'session-not-found' : 'no-picture', {}, { cause: error });
  }

  /** The last picture of what does not run now; it does not change, so that who knows it waits in vain. */
  async #kept({ id }: Session, { known, waitMs }: Pick<Wanted, 'known' | 'waitMs'>, limit: AbortSignal): Promise<Picture> {
    const picture = await this.#pictures.find(id);
    if (picture === null) throw new CodedError('no-picture');
    if (picture.tag === known && waitMs > 0 && !limit.aborted)
      await new Promise((done) => limit.addEventListener('abort', done, { once: true }));
    return picture;
  }
}
