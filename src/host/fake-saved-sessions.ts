// Sessions for the tests of what saves them: they follow the model's table, and do at saving what the test says.
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { sessionAfter } from '#model/session.ts';
import type { Session, SessionCause, SessionCheck, SessionHappening, SessionState } from '#model/session.ts';
import type { Clock } from './clock.ts';
import { newIdentity } from './identity.ts';
import type { LeavableSessions } from './leaving.ts';
import type { LimitedSessions } from './limits.ts';

/** What saving does, one for each try; `waits`: until the test lets it go on. The last one holds for all further tries. */
type SaveScript = readonly ('saved' | 'waits' | ErrorCode)[];

export class FakeSavedSessions implements LeavableSessions, LimitedSessions {
  /** Every try to save one, in order: `user cause`. */
  readonly tries: string[] = [];
  readonly atRisk = new Map<string, SessionCheck['atRisk']>();
  /** Why nobody may enter, null if they may. */
  refusal: CodedError | null = null;
  /** Never answers what is at risk. */
  checkHangs = false;
  savingAtOnce = 0;
  mostAtOnce = 0;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #scripts = new Map<string, { script: SaveScript; tries: number }>();
  readonly #waiting = new Map<string, (how: 'saved' | ErrorCode) => void>();
  readonly #listeners = new Set<(session: Session) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get listening(): number {
    return this.#listeners.size;
  }

  add(user: string, state: SessionState, script: SaveScript = ['saved']): Session {
    const now = this.#clock.wallMs();
    const saved = state === 'hibernated' ? { at: now, bytes: 1, programs: [], fault: null } : null;
    const session: Session = {
      id: newIdentity(),
      user,
      uid: 1000,
      fullName: user,
      computer: 'room',
      state,
      cause: 'signed-in',
      station: state === 'active' || state === 'locked' ? newIdentity() : null,
      attachment: 1,
      startedAt: now,
      since: now,
      endsAt: null,
      endsBy: '',
      desktop: 'xfce',
      saved,
    };
    this.#scripts.set(session.id, { script, tries: 0 });
    this.#put(session);
    return session;
  }

  list(): Session[] {
    return [...this.#sessions.values()];
  }

  state(user: string): SessionState | undefined {
    return this.list().find((session) => session.user === user)?.state;
  }

  on(listener: (session: Session) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  suspendAll(cause: SessionCause): void {
    for (const { id, state } of this.list()) if (state === 'active' || state === 'locked') this.happen(id, 'suspend', cause);
  }

  async hibernate(id: string, cause: SessionCause): Promise<Session> {
    const scripted = this.#scripts.get(id);
    if (scripted === undefined) throw new CodedError('session-not-found');
    const { user } = this.happen(id, 'hibernate', cause);
    this.tries.push(`${user} ${cause}`);
    const planned = scripted.script[Math.min(scripted.tries, scripted.script.length - 1)] ?? 'saved';
    scripted.tries += 1;
    this.savingAtOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.savingAtOnce);
    const how =
      planned === 'waits' ? await new Promise<'saved' | ErrorCode>((resolve) => this.#waiting.set(id, resolve)) : planned;
    await Promise.resolve();
    this.savingAtOnce -= 1;
    this.#waiting.delete(id);
    if (!this.#sessions.has(id)) throw new CodedError('ended-meanwhile');
    if (how === 'saved') return this.happen(id, 'saved', 'saved');
    this.happen(id, 'kept', 'not-saved');
    throw new CodedError(how);
  }

  /** Lets the saving of one go on that waits. */
  finish(id: string, how: 'saved' | ErrorCode = 'saved'): void {
    this.#waiting.get(id)?.(how);
  }

  /** Those whose saving waits. */
  get waiting(): string[] {
    return [...this.#waiting.keys()];
  }

  async check(): Promise<SessionCheck[]> {
    if (this.checkHangs) await new Promise(() => undefined);
    return this.list().map(({ id, user }) => ({ session: id, user, atRisk: this.atRisk.get(id) ?? [] }));
  }

  explainLost(id: string, cause: SessionCause, fault: string | null): void {
    const session = this.#sessions.get(id);
    if (session?.state === 'lost' && session.saved !== null) this.#put({ ...session, cause, saved: { ...session.saved, fault } });
  }

  refuseEntering(error: CodedError | null): void {
    this.refusal = error;
  }

  end(id: string, cause: SessionCause): Session {
    this.happen(id, 'end', cause);
    return this.happen(id, 'gone', cause);
  }

  /** Throws where the model's table refuses it. */
  happen(id: string, happening: SessionHappening, cause: SessionCause): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new CodedError('session-not-found');
    const state = sessionAfter(session.state, happening);
    if (state === undefined) throw new CodedError('not-possible-now', { state: session.state, happening });
    const now = this.#clock.wallMs();
    const isOnDisk = state === 'hibernated' || state === 'lost';
    const saved = isOnDisk ? { at: now, bytes: state === 'lost' ? 0 : 1, programs: [], fault: null } : session.saved;
    const station = state === 'active' || state === 'locked' ? session.station : null;
    return this.#put({ ...session, state, cause, saved, station, since: now });
  }

  #put(session: Session): Session {
    if (session.state === 'ended') this.#sessions.delete(session.id);
    else this.#sessions.set(session.id, session);
    for (const listener of this.#listeners) listener(session);
    return session;
  }
}
