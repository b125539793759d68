// The first administrator: made once, with a one-time code that only root on the computer can have.
import type { ApiBody } from '#contract/api.ts';
import { CodedError, tellError } from '#contract/errors.ts';
import { accountsComputerOf } from '#fleet/fleet.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Audit } from '../audit.ts';
import type { Clock } from '../clock.ts';
import type { RoomSettings } from '../room-settings.ts';
import { hashOf, newCode, plainCode, sameHash } from '../secret.ts';
import { ifRoom } from '../store.ts';
import type { SignInDesk } from './sign-in-desk.ts';

const codeLifeMs = 3_600_000;

export class SetUp {
  readonly #fleet: Fleet;
  readonly #desk: SignInDesk;
  readonly #settings: RoomSettings;
  readonly #audit: Audit;
  readonly #clock: Clock;
  #code: { hash: string; until: number } | null = null;
  #finishing = false;

  constructor(parts: { fleet: Fleet; desk: SignInDesk; settings: RoomSettings; audit: Audit; clock: Clock }) {
    this.#fleet = parts.fleet;
    this.#desk = parts.desk;
    this.#settings = parts.settings;
    this.#audit = parts.audit;
    this.#clock = parts.clock;
  }

  /** Whether there is no administrator yet. Fails with `computer-unreachable`. */
  async isNeeded(): Promise<boolean> {
    const { accounts } = await this.#fleet.call(accountsComputerOf(this.#fleet), 'account.list', {});
    return !accounts.some((account) => account.listed && account.level === 'administrator');
  }

  /** A new code; the one before no longer works. Fails with `not-possible-now` once there is an administrator. */
  async makeCode(): Promise<{ code: string; expiresAt: number }> {
    if (!(await this.isNeeded())) throw new CodedError('not-possible-now');
    const code = newCode(5);
    this.#code = { hash: hashOf(plainCode(code)), until: this.#clock.monotonicMs() + codeLifeMs };
    return { code, expiresAt: this.#clock.nowMs() + codeLifeMs };
  }

  /** Fails with `not-possible-now`, `code-wrong`, `throttled`, or what making the account or its sign-in fails with; then nothing is changed. */
  async finish(order: ApiBody<'setup'>, address: string): Promise<void> {
    const counted = this.#desk.throttle.begin({ user: null, address });
    const right = this.#code !== null && this.#clock.monotonicMs() < this.#code.until;
    if (!right || !sameHash(hashOf(plainCode(order.code)), this.#code?.hash ?? '')) {
      this.#note('', address, 'code-wrong');
      throw new CodedError('code-wrong');
    }
    counted.undecided();
    if (this.#finishing) throw new CodedError('not-possible-now');
    this.#finishing = true;
    const before = this.#settings.now;
    try {
      if (!(await this.isNeeded())) throw new CodedError('not-possible-now');
      this.#settings.change(order.settings, () => this.#audit.record(this.#deed(order.user, address, 'begun')));
      const account = order.create ? await this.#create(order) : await this.#raise(order, address);
      this.#code = null;
      this.#note(account, address, 'done');
    } catch (error) {
      this.#note('', address, tellError(error).code);
      if (this.#settings.now !== before)
        ifRoom(
          () => this.#settings.change(before, () => {}),
          () => {},
        );
      throw error;
    } finally {
      this.#finishing = false;
    }
  }

  async #create({ user, fullName, password }: ApiBody<'setup'>): Promise<string> {
    const account = await this.#fleet.call(accountsComputerOf(this.#fleet), 'account.create', {
      user,
      fullName,
      password,
      level: 'administrator',
    });
    return account.name;
  }

  /** Gives an account that exists the level, if the password is its own. */
  async #raise({ user, password }: ApiBody<'setup'>, address: string): Promise<string> {
    const computer = accountsComputerOf(this.#fleet);
    const conversation = this.#desk.open({ action: 'setup', target: '', computer, user, password, address, who: 'everyone' });
    const step = await conversation.begin();
    conversation.finish();
    if (step.step === 'refused') throw new CodedError(step.error.code, step.error.details);
    // An expired password has to be changed elsewhere first.
    if (step.step === 'question') throw new CodedError('account-refused');
    const account = await this.#fleet.call(computer, 'account.setLevel', { user: step.account.name, level: 'administrator' });
    return account.name;
  }

  #deed(actor: string, address: string, outcome: string): Parameters<Audit['record']>[0] {
    return { actor, action: 'setup', target: '', address, outcome };
  }

  #note(actor: string, address: string, outcome: string): void {
    this.#audit.note(this.#deed(actor, address, outcome));
  }
}
