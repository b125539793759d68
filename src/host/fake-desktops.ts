// Desktops in memory, for tests and for the product without root. Those of a FakeComputer live on when a host program ends, as
// real ones do; what is on its disk outlives the computer's own restart. It can be told to be slow, to fail and to crash.
import { CodedError } from '#contract/errors.ts';
import type { ProgramAtRisk, SavedSession, Session, SessionCause, UnsavedWindow } from '#model/session.ts';
import type { Desktop, DesktopOrder, Desktops, FoundDesktop, SaveOrder } from './desktops.ts';
import type { SignInAttempt } from './sign-in.ts';

interface FakeProcess {
  readonly order: DesktopOrder;
  state: 'opening' | 'lives' | 'gone';
  /** It is made from what is on disk. */
  readonly restored: boolean;
  readonly opened: PromiseWithResolvers<void>;
  readonly gone: PromiseWithResolvers<SessionCause>;
  /** While it is being saved. */
  saving: { session: Session; done: PromiseWithResolvers<SavedSession> } | null;
}

interface FakeImage {
  readonly order: DesktopOrder;
  readonly session: Session;
  readonly saved: SavedSession;
}

/** How the next desktops open, are saved and are restored: at once, when told so, or not at all. */
export type FakeWay = 'at-once' | 'when-told' | 'fails';

const programs = ['Text Editor', 'Terminal'];

/** What outlives a host program. */
export class FakeComputer {
  opening: FakeWay = 'at-once';
  savings: FakeWay = 'at-once';
  restorings: FakeWay = 'at-once';
  /** Whether programs that are asked to end do so only when told. */
  slowToEnd = false;
  /** What every session has open that saving does not leave as it is. */
  atRisk: ProgramAtRisk[] = [];
  /** What the windows of these people say of unsaved work, by user; null: their X server does not answer. */
  readonly unsaved = new Map<string, UnsavedWindow[] | null>();
  /** Windows are told when this is fulfilled. */
  beforeLooking: Promise<void> = Promise.resolve();
  /** The sessions whose desktop did not open. */
  readonly failed = new Set<string>();
  /** The sessions of which somebody tried to make a second copy. */
  readonly doubled: string[] = [];
  readonly #processes = new Map<string, FakeProcess>();
  readonly #images = new Map<string, FakeImage>();
  readonly #notes = new Map<string, Session>();
  readonly #asked = new Set<string>();

  /** The orders of the desktops that live. */
  living(): DesktopOrder[] {
    return [...this.#processes.values()].filter(({ state }) => state === 'lives').map(({ order }) => order);
  }

  /** The sessions that are on disk. */
  onDisk(): string[] {
    return [...this.#images.keys()];
  }

  /** The sessions whose desktop waits to be told to open, or to be restored. */
  waiting(): string[] {
    return [...this.#processes].filter(([, { state }]) => state === 'opening').map(([session]) => session);
  }

  /** The sessions that wait to be told that they are saved. */
  beingSaved(): string[] {
    return [...this.#processes].filter(([, { saving }]) => saving !== null).map(([session]) => session);
  }

  /** The sessions whose desktop was asked to end and waits to be told to do it. */
  askedToEnd(): string[] {
    return [...this.#asked];
  }

  async open(order: DesktopOrder): Promise<void> {
    await this.#begin(order, false, this.opening);
  }

  async restore(order: DesktopOrder): Promise<void> {
    const image = this.#images.get(order.session);
    if (image === undefined) throw new CodedError('session-not-found');
    if (image.saved.fault !== null) throw new CodedError('image-damaged');
    await this.#begin(image.order, true, this.restorings);
  }

  async #begin(order: DesktopOrder, restored: boolean, way: FakeWay): Promise<void> {
    if (this.#processes.has(order.session) || (!restored && this.#images.has(order.session))) {
      this.doubled.push(order.session);
      throw new Error(`${order.session} would run twice`);
    }
    const one: FakeProcess = {
      order,
      state: 'opening',
      restored,
      opened: Promise.withResolvers(),
      gone: Promise.withResolvers(),
      saving: null,
    };
    this.#processes.set(order.session, one);
    one.opened.promise.catch(() => undefined);
    if (way !== 'when-told') this.finishOpening(order.session, way === 'at-once');
    await one.opened.promise;
  }

  /** Lets a desktop that is being opened or restored come up, or not. */
  finishOpening(session: string, well: boolean): void {
    const one = this.#processes.get(session);
    if (one?.state !== 'opening') return;
    if (well) {
      one.state = 'lives';
      this.#images.delete(session);
      one.opened.resolve();
    } else {
      one.state = 'gone';
      this.#processes.delete(session);
      if (!one.restored) this.failed.add(session);
      one.opened.reject(new CodedError(one.restored ? 'restore-failed' : 'desktop-failed'));
    }
  }

  async save({ session }: SaveOrder): Promise<SavedSession> {
    const one = this.#processes.get(session.id);
    if (one?.state !== 'lives' || one.saving !== null) throw new CodedError('ended-meanwhile');
    one.saving = { session, done: Promise.withResolvers() };
    one.saving.done.promise.catch(() => undefined);
    const { promise } = one.saving.done;
    if (this.savings !== 'when-told') this.finishSaving(session.id, this.savings === 'at-once');
    return await promise;
  }

  /** A session that is being saved is, and its processes are gone; or it is not, and runs on. */
  finishSaving(session: string, well: boolean): void {
    const one = this.#processes.get(session);
    const saving = one?.saving ?? null;
    if (one === undefined || saving === null) return;
    one.saving = null;
    if (!well) {
      saving.done.reject(new CodedError('save-failed'));
      return;
    }
    const saved = { at: 1, bytes: 1_000_000, programs, fault: null };
    this.#images.set(session, { order: one.order, session: saving.session, saved });
    this.#remove(session, 'saved');
    saving.done.resolve(saved);
  }

  /** What is on disk of the session can no longer be read. */
  damage(session: string): void {
    const image = this.#images.get(session);
    if (image !== undefined) this.#images.set(session, { ...image, saved: { ...image.saved, fault: 'image-damaged' } });
  }

  /** The sessions of which what is on disk can no longer be read. */
  damaged(): string[] {
    return [...this.#images].filter(([, { saved }]) => saved.fault !== null).map(([session]) => session);
  }

  note(session: Session): void {
    if (this.#processes.has(session.id)) this.#notes.set(session.id, session);
  }

  discard(session: string): void {
    this.#images.delete(session);
    this.#notes.delete(session);
  }

  /** The desktop of a session that lives ends, for this reason. */
  crash(session: string, cause: SessionCause): void {
    const one = this.#processes.get(session);
    if (one?.state !== 'lives') return;
    one.saving?.done.reject(new CodedError('ended-meanwhile'));
    this.#notes.delete(session);
    this.#remove(session, cause);
  }

  #remove(session: string, cause: SessionCause): void {
    const one = this.#processes.get(session);
    if (one === undefined) return;
    one.state = 'gone';
    one.saving = null;
    this.#processes.delete(session);
    this.#asked.delete(session);
    one.gone.resolve(cause);
  }

  askToEnd(session: string): void {
    if (this.slowToEnd && this.#processes.has(session)) this.#asked.add(session);
    else this.crash(session, 'desktop-ended');
  }

  /** The computer stops without a word; the host program must have been cut off before. */
  pullPlug(): void {
    this.#processes.clear();
    this.#asked.clear();
  }

  found(): string[] {
    return [...new Set([...this.#processes.keys(), ...this.#images.keys(), ...this.#notes.keys()])];
  }

  /** One that was being opened when the host program died counts as failed; CRIU at work then lets go. */
  find(session: string): { process: FakeProcess } | { image: FakeImage } | { note: Session } | null {
    const one = this.#processes.get(session);
    if (one?.state === 'opening') this.finishOpening(session, false);
    const process = this.#processes.get(session);
    if (process !== undefined) {
      this.finishSaving(session, false);
      return { process };
    }
    const image = this.#images.get(session);
    if (image !== undefined) return { image };
    const note = this.#notes.get(session);
    return note === undefined ? null : { note };
  }
}

/** What is to be seen of a desktop while it lives. */
type Show = (order: DesktopOrder) => Promise<AsyncDisposable>;

/** One host program's view of a FakeComputer. */
export class FakeDesktops implements Desktops {
  readonly #computer: FakeComputer;
  readonly #show: Show | null;
  #cutOff = false;

  constructor(computer: FakeComputer, show: Show | null = null) {
    this.#computer = computer;
    this.#show = show;
  }

  /** As if the host program were killed: nothing that happens on the computer reaches it any more. */
  cutOff(): void {
    this.#cutOff = true;
  }

  async open(order: DesktopOrder, _attempt: SignInAttempt): Promise<Desktop> {
    await this.#unlessCutOff(this.#computer.open(order));
    return await this.#shown(order);
  }

  async restore(order: DesktopOrder, _attempt: SignInAttempt): Promise<Desktop> {
    await this.#unlessCutOff(this.#computer.restore(order));
    return await this.#shown(order);
  }

  async #unlessCutOff<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      if (this.#cutOff) await new Promise(() => undefined);
    }
  }

  async #shown(order: DesktopOrder): Promise<Desktop> {
    try {
      return this.#desktop(order.session, (await this.#show?.(order)) ?? null);
    } catch (error) {
      this.#computer.crash(order.session, 'desktop-failed');
      throw error;
    }
  }

  async find(session: string): Promise<FoundDesktop> {
    await Promise.resolve();
    const found = this.#computer.find(session);
    if (found === null) return { kind: 'nothing' };
    if ('process' in found) return { kind: 'running', desktop: this.#desktop(session) };
    if ('image' in found) {
      const { session: listed, saved } = found.image;
      return { kind: 'saved', session: { ...listed, state: 'hibernated', station: null, endsAt: null, endsBy: '', saved } };
    }
    const saved = { at: 1, bytes: 0, programs, fault: null };
    return {
      kind: 'lost',
      session: { ...found.note, state: 'lost', cause: 'power-lost', station: null, endsAt: null, endsBy: '', saved },
    };
  }

  async found(): Promise<string[]> {
    await Promise.resolve();
    return this.#computer.found();
  }

  async discard(session: string): Promise<void> {
    await this.#unlessCutOff(Promise.resolve());
    this.#computer.discard(session);
  }

  #desktop(session: string, picture: AsyncDisposable | null = null): Desktop {
    const computer = this.#computer;
    const whileItLives = (work: () => void): void => {
      if (!this.#cutOff) work();
    };
    const found = computer.find(session);
    if (found === null || !('process' in found)) throw new CodedError('desktop-failed');
    const one = found.process;
    const gone = Promise.withResolvers<SessionCause>();
    void one.gone.promise.then(async (cause) => {
      await picture?.[Symbol.asyncDispose]();
      if (!this.#cutOff) gone.resolve(cause);
    });
    return {
      session,
      desktop: one.order.desktop,
      gone: gone.promise,
      async end(): Promise<void> {
        whileItLives(() => computer.askToEnd(session));
        await one.gone.promise;
      },
      atRisk: () => Promise.resolve(computer.atRisk),
      async openWork() {
        await computer.beforeLooking;
        const unsaved = computer.unsaved.get(one.order.account.name);
        if (unsaved === null) throw new Error('no answer');
        return { unsaved: unsaved ?? [], silent: ['Terminal'] };
      },
      note: (listed) => Promise.resolve(whileItLives(() => computer.note(listed))),
      save: (order) => this.#unlessCutOff(computer.save(order)),
    };
  }
}
