// Sign-ins against fake accounts, for tests and for the product without root.
import { CodedError } from '#contract/errors.ts';
import type { Question } from '#contract/values.ts';
import type { FakeAccounts } from './fake-accounts.ts';
import type { SignInAttempt, SignInOrder, SignInOutcome, SignIns } from './sign-in.ts';

/** A further question that everybody is asked, and what must be said. */
export interface FakeQuestion {
  question: Question;
  answer: string;
}

export class FakeSignIns implements SignIns {
  readonly #accounts: FakeAccounts;
  readonly #further: FakeQuestion | null;
  /** Attempts that nobody has let go yet. */
  readonly open = new Set<SignInAttempt>();

  constructor(accounts: FakeAccounts, further: FakeQuestion | null = null) {
    this.#accounts = accounts;
    this.#further = further;
  }

  async begin(order: SignInOrder): Promise<{ attempt: SignInAttempt; outcome: SignInOutcome }> {
    await Promise.resolve();
    const { open } = this;
    const further = this.#further;
    const account = order.automatic === true ? this.#accounts.find(order.user) : this.#accounts.check(order.user, order.password);
    const refused: SignInOutcome = { step: 'refused', error: new CodedError('wrong-credentials'), messages: [] };
    const { only } = order;
    const mayHere =
      account === null || only === undefined || account.level === 'administrator' || only.users.includes(account.name);
    const listed =
      account === null || order.who === 'everyone' || account.listed || this.#accounts.isIn(account.name, order.groups ?? []);
    const notListed: SignInOutcome = { step: 'refused', error: new CodedError('account-not-listed'), messages: [] };
    const notHere: SignInOutcome = { step: 'refused', error: new CodedError('account-not-here'), messages: [] };
    const accepted: SignInOutcome =
      account === null ? refused : !listed ? notListed : mayHere ? { step: 'accepted', account, messages: [] } : notHere;
    const changes = order.changePassword === true && accepted.step === 'accepted';
    const notChanged: SignInOutcome = { step: 'refused', error: new CodedError('password-not-changed'), messages: [] };
    let first: string | null = null;
    const attempt: SignInAttempt = {
      answer: async (text: string): Promise<SignInOutcome> => {
        await Promise.resolve();
        if (changes) {
          if (first === null) {
            first = text;
            return { step: 'question', question: { visible: false, text: 'Retype new password:', messages: [] } };
          }
          if (first !== text || text.length < 3) return notChanged;
          await this.#accounts.setPassword({ user: order.user, password: text });
          return accepted;
        }
        return text === further?.answer ? accepted : refused;
      },
      finish() {
        open.delete(attempt);
      },
    };
    open.add(attempt);
    const asks = further !== null && account !== null && order.automatic !== true;
    if (changes) {
      const question = { visible: false, text: 'New password:', messages: [] };
      return { attempt, outcome: { step: 'question', question } };
    }
    return { attempt, outcome: asks ? { step: 'question', question: further.question } : accepted };
  }
}
