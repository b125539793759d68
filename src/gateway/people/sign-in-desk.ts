// Every sign-in, at a station or a page, passes here: the throttle first, then the host's conversation with PAM, and the audit.
import { CodedError, tellError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { OnlyThese, SignInStep } from '#contract/host.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { AuditAction } from '#model/audit.ts';
import { userNameFault } from '#model/account.ts';
import type { SignInRule } from '#model/settings.ts';
import type { Audit } from '../audit.ts';
import { newId } from '../secret.ts';
import type { CountedAttempt, Throttle } from './throttle.ts';

export interface SignInOrder {
  /** For the audit: `station.sign-in`, `page.sign-in`, `session.unlock`, `setup`. */
  action: AuditAction;
  /** For the audit: the station's name, the page's. */
  target: string;
  computer: string;
  user: string;
  password: string;
  address: string;
  /** The station's id, for the throttle. */
  station?: string;
  /** The person wants another password first. */
  changePassword?: boolean | undefined;
  /** The station signs the account in by itself: there is no password, and no attempt to count. */
  automatic?: true;
  who: SignInRule;
  /** With `listed`: members of these Linux groups as well. */
  groups?: string[] | undefined;
  /** Who else may not, only these; administrators always may. Left out: all. */
  only?: OnlyThese | undefined;
}

/** `refusal` null: accepted. */
type DecidedListener = (action: AuditAction, refusal: ErrorCode | null) => void;

const mostAtOnce = 200;

/** Refusals that say nothing about the password, or come only after it was right. */
const innocent: ReadonlySet<ErrorCode> = new Set([
  'account-expired',
  'account-no-shell',
  'account-not-listed',
  'account-not-here',
  'auto-logon-not-allowed',
  'auto-logon-administrator',
  'account-refused',
  'password-not-changed',
  'sign-in-unavailable',
  'computer-unreachable',
  'too-many-requests',
  'internal',
]);

function refused(error: unknown): SignInStep {
  return { step: 'refused', error: tellError(error), messages: [] };
}

/** One sign-in under way. None of its methods rejects: what goes wrong is `refused`. */
export class SignInConversation {
  readonly attempt = newId();
  readonly user: string;
  readonly #desk: SignInDesk;
  readonly #order: SignInOrder;
  #counted: CountedAttempt | null = null;
  #finished = false;

  constructor(desk: SignInDesk, order: SignInOrder) {
    this.#desk = desk;
    this.#order = order;
    this.user = order.user;
  }

  get isAutomatic(): boolean {
    return this.#order.automatic === true;
  }

  /** Once, first. */
  async begin(): Promise<SignInStep> {
    const { user, password, changePassword, address, station, who, groups, only, computer } = this.#order;
    if (this.isAutomatic) return await this.#beginAutomatic();
    try {
      this.#counted = this.#desk.throttle.begin({ user, address, station });
    } catch (error) {
      this.#desk.noteThrottled(this.#order);
      return this.#refuse(error);
    }
    if (userNameFault(user) !== null) {
      this.#desk.noteRefused(this.#order, 'wrong-credentials');
      return this.#refuse(new CodedError('wrong-credentials'));
    }
    if (!this.#desk.enter()) {
      this.#counted.undecided();
      return this.#refuse(new CodedError('too-many-requests'));
    }
    try {
      const { attempt } = this;
      return this.#look(
        await this.#desk.fleet.call(computer, 'signIn.begin', {
          attempt,
          user,
          password,
          changePassword,
          remote: address,
          who,
          groups,
          only,
        }),
      );
    } catch (error) {
      return this.#look(refused(error));
    } finally {
      this.#desk.leave();
    }
  }

  async #beginAutomatic(): Promise<SignInStep> {
    const { user, address, who, groups, only, computer } = this.#order;
    if (!this.#desk.enter()) return this.#refuse(new CodedError('too-many-requests'));
    try {
      const { attempt } = this;
      return this.#look(
        await this.#desk.fleet.call(computer, 'signIn.automatic', { attempt, user, remote: address, who, groups, only }),
      );
    } catch (error) {
      return this.#look(refused(error));
    } finally {
      this.#desk.leave();
    }
  }

  /** Only after a question. */
  async answer(answer: string): Promise<SignInStep> {
    try {
      const { attempt } = this;
      return this.#look(await this.#desk.fleet.call(this.#order.computer, 'signIn.answer', { attempt, answer }));
    } catch (error) {
      return this.#look(refused(error));
    }
  }

  /** Lets the host's worker go; harmless at any time, in the middle of a step too. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#desk.fleet.call(this.#order.computer, 'signIn.finish', { attempt: this.attempt }).catch(() => {
      // Without a connection the host has ended the attempt by itself.
    });
  }

  /** The attempt was used up by the host (`session.enter`). */
  usedUp(): void {
    this.#finished = true;
  }

  #refuse(error: unknown): SignInStep {
    this.#desk.decided(this.#order, tellError(error).code);
    return refused(error);
  }

  #look(step: SignInStep): SignInStep {
    if (step.step === 'accepted') {
      this.#desk.decided(this.#order, null);
      this.#counted?.right();
      if (this.#order.changePassword === true) this.#desk.noteOwnPassword(this.#order, step.account.name);
    }
    if (step.step === 'refused') {
      this.#desk.decided(this.#order, step.error.code);
      if (innocent.has(step.error.code)) this.#counted?.undecided();
      this.#desk.noteRefused(this.#order, step.error.code);
      // Also where the computer demanded another one.
      const wanted = this.#order.changePassword === true || step.error.code === 'password-not-changed';
      if (wanted && this.#order.action !== 'account.own-password')
        this.#desk.noteRefused({ ...this.#order, action: 'account.own-password' }, step.error.code);
    }
    return step;
  }
}

export class SignInDesk {
  readonly fleet: Fleet;
  readonly throttle: Throttle;
  readonly #audit: Audit;
  readonly #toldThrottled = new Map<string, number>();
  readonly #listeners = new Set<DecidedListener>();
  #atOnce = 0;

  constructor(fleet: Fleet, throttle: Throttle, audit: Audit) {
    this.fleet = fleet;
    this.throttle = throttle;
    this.#audit = audit;
  }

  /** Hears of every sign-in that is accepted or refused, those that were not even tried as well. Returns its remover. */
  onDecided(listener: DecidedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  decided({ action }: SignInOrder, refusal: ErrorCode | null): void {
    for (const listener of this.#listeners) listener(action, refusal);
  }

  open(order: SignInOrder): SignInConversation {
    return new SignInConversation(this, order);
  }

  /** Takes a place among the conversations that PAM looks at now; false if there is none. */
  enter(): boolean {
    if (this.#atOnce >= mostAtOnce) return false;
    this.#atOnce += 1;
    return true;
  }

  leave(): void {
    this.#atOnce -= 1;
  }

  noteOwnPassword({ target, address }: SignInOrder, actor: string): void {
    this.#audit.note({ actor, action: 'account.own-password', target, address, outcome: 'done' });
  }

  /** Adds the refusal to the audit; the name only if there is such an account: people type passwords into the wrong box. */
  noteRefused(order: SignInOrder, outcome: ErrorCode): void {
    const note = (actor: string): void => {
      this.#audit.note({ actor, action: order.action, target: order.target, address: order.address, outcome });
    };
    if (userNameFault(order.user) !== null) {
      note('');
      return;
    }
    this.fleet.call(order.computer, 'account.describe', { user: order.user }).then(
      (account) => note(account.name),
      () => note(''),
    );
  }

  /** Of attempts that were not even tried, the first in a minute for each account is added to the audit. */
  noteThrottled(order: SignInOrder): void {
    const now = performance.now();
    for (const [key, at] of this.#toldThrottled) if (now - at > 60_000) this.#toldThrottled.delete(key);
    const key = `${order.user} ${order.address}`;
    if (this.#toldThrottled.has(key) || this.#toldThrottled.size > 1000) return;
    this.#toldThrottled.set(key, now);
    this.noteRefused(order, 'throttled');
  }
}
