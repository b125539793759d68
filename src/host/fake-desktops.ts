// Desktops in memory, for tests and for the product without root. Those of a FakeComputer live on when a host program ends,
// as real ones do, and can be told to be slow, to fail and to crash.
import { CodedError } from '#contract/errors.ts';
import type { SessionCause } from '#model/session.ts';
import type { Desktop, DesktopOrder, Desktops } from './desktops.ts';
import type { SignInAttempt } from './sign-in.ts';

interface FakeProcess {
  readonly order: DesktopOrder;
  state: 'opening' | 'lives' | 'gone';
  readonly opened: PromiseWithResolvers<void>;
  readonly gone: PromiseWithResolvers<SessionCause>;
}

/** How the next desktops open: at once, when told so, or not at all. */
export type OpeningWay = 'at-once' | 'when-told' | 'fails';

/** What outlives a host program. */
export class FakeComputer {
  opening: OpeningWay = 'at-once';
  /** Whether programs that are asked to end do so only when told. */
  slowToEnd = false;
  /** The sessions whose desktop did not open. */
  readonly failed = new Set<string>();
  readonly #processes = new Map<string, FakeProcess>();
  readonly #asked = new Set<string>();

  /** The orders of the desktops that live, or are being opened. */
  living(): DesktopOrder[] {
    return [...this.#processes.values()].filter(({ state }) => state === 'lives').map(({ order }) => order);
  }

  /** The sessions whose desktop waits to be told to open. */
  waiting(): string[] {
    return [...this.#processes].filter(([, { state }]) => state === 'opening').map(([session]) => session);
  }

  /** The sessions whose desktop was asked to end and waits to be told to do it. */
  askedToEnd(): string[] {
    return [...this.#asked];
  }

  async open(order: DesktopOrder): Promise<void> {
    const one: FakeProcess = { order, state: 'opening', opened: Promise.withResolvers(), gone: Promise.withResolvers() };
    this.#processes.set(order.session, one);
    one.opened.promise.catch(() => undefined);
    if (this.opening !== 'when-told') this.finishOpening(order.session, this.opening === 'at-once');
    await one.opened.promise;
  }

  /** Lets a desktop that is being opened come up, or not. */
  finishOpening(session: string, well: boolean): void {
    const one = this.#processes.get(session);
    if (one?.state !== 'opening') return;
    if (well) {
      one.state = 'lives';
      one.opened.resolve();
    } else {
      one.state = 'gone';
      this.#processes.delete(session);
      this.failed.add(session);
      one.opened.reject(new CodedError('desktop-failed'));
    }
  }

  /** The desktop of a session that lives ends, for this reason. */
  crash(session: string, cause: SessionCause): void {
    const one = this.#processes.get(session);
    if (one?.state !== 'lives') return;
    one.state = 'gone';
    this.#processes.delete(session);
    this.#asked.delete(session);
    one.gone.resolve(cause);
  }

  askToEnd(session: string): void {
    if (this.slowToEnd && this.#processes.has(session)) this.#asked.add(session);
    else this.crash(session, 'desktop-ended');
  }

  found(): string[] {
    return [...this.#processes.keys()];
  }

  /** Undefined if it does not live. One that was being opened when the host program died counts as failed. */
  find(session: string): FakeProcess | undefined {
    const one = this.#processes.get(session);
    if (one?.state === 'opening') this.finishOpening(session, false);
    return this.#processes.get(session);
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
    try {
      await this.#computer.open(order);
    } finally {
      if (this.#cutOff) await new Promise(() => undefined);
    }
    try {
      return this.#desktop(order.session, (await this.#show?.(order)) ?? null);
    } catch (error) {
      this.#computer.crash(order.session, 'desktop-failed');
      throw error;
    }
  }

  async adopt(session: string): Promise<Desktop | null> {
    await Promise.resolve();
    return this.#computer.find(session) === undefined ? null : this.#desktop(session);
  }

  async found(): Promise<string[]> {
    await Promise.resolve();
    return this.#computer.found();
  }

  #desktop(session: string, picture: AsyncDisposable | null = null): Desktop {
    const computer = this.#computer;
    const one = computer.find(session);
    if (one === undefined) throw new CodedError('desktop-failed');
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
        computer.askToEnd(session);
        await one.gone.promise;
      },
    };
  }
}
