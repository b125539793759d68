// Signing in to the Manager and the Dashboard, with PAM's further questions in between.
import type { PageSignIn } from '#contract/api.ts';
import { CodedError } from '#contract/errors.ts';
import type { SignInStep } from '#contract/host.ts';
import { accountsComputerOf } from '#fleet/fleet.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { may } from '#model/permissions.ts';
import type { Audit } from '../audit.ts';
import type { PageSession, PageSessions } from './page-sessions.ts';
import type { SignInConversation, SignInDesk } from './sign-in-desk.ts';

const questionHoldsMs = 180_000;
const mostWaiting = 100;

interface Waiting {
  conversation: SignInConversation;
  page: 'manager' | 'dashboard';
  address: string;
  limit: NodeJS.Timeout;
}

export interface PageSignInResult {
  answer: PageSignIn;
  /** Present when it is done. */
  cookie: string | null;
}

export class PageSignIns {
  readonly #fleet: Fleet;
  readonly #desk: SignInDesk;
  readonly #sessions: PageSessions;
  readonly #audit: Audit;
  readonly #waiting = new Map<string, Waiting>();

  constructor(fleet: Fleet, desk: SignInDesk, sessions: PageSessions, audit: Audit) {
    this.#fleet = fleet;
    this.#desk = desk;
    this.#sessions = sessions;
    this.#audit = audit;
  }

  /** Throws what a sign-in can be refused with, `level-too-low` among it. */
  async begin(
    order: { user: string; password: string; page: 'manager' | 'dashboard' },
    address: string,
  ): Promise<PageSignInResult> {
    const { user, password, page } = order;
    const computer = accountsComputerOf(this.#fleet);
    const conversation = this.#desk.open({
      action: 'page.sign-in',
      target: page,
      computer,
      user,
      password,
      address,
      who: 'everyone',
    });
    return this.#take(await conversation.begin(), conversation, page, address);
  }

  async answer(attempt: string, answer: string, address: string): Promise<PageSignInResult> {
    const waiting = this.#waiting.get(attempt);
    if (waiting === undefined || waiting.address !== address) throw new CodedError('sign-in-timed-out');
    this.#waiting.delete(attempt);
    clearTimeout(waiting.limit);
    return this.#take(await waiting.conversation.answer(answer), waiting.conversation, waiting.page, address);
  }

  stop(): void {
    for (const { limit, conversation } of this.#waiting.values()) {
      clearTimeout(limit);
      conversation.finish();
    }
    this.#waiting.clear();
  }

  #take(step: SignInStep, conversation: SignInConversation, page: Waiting['page'], address: string): PageSignInResult {
    if (step.step === 'question') {
      const { attempt } = conversation;
      if (this.#waiting.size >= mostWaiting) {
        conversation.finish();
        throw new CodedError('too-many-requests');
      }
      const limit = setTimeout(() => {
        this.#waiting.delete(attempt);
        conversation.finish();
      }, questionHoldsMs);
      this.#waiting.set(attempt, { conversation, page, address, limit });
      return { answer: { step: 'question', attempt, question: step.question }, cookie: null };
    }
    conversation.finish();
    if (step.step === 'refused') throw new CodedError(step.error.code, step.error.details);
    const { account } = step;
    const deed = { actor: account.name, action: 'page.sign-in' as const, target: page, address };
    const opens = page === 'manager' ? 'manager.open' : 'dashboard.open';
    if (account.uid === 0 || !account.listed || !may(account.level, opens)) {
      this.#audit.note({ ...deed, outcome: 'level-too-low' });
      throw new CodedError('level-too-low');
    }
    const { cookie, session } = this.#sessions.open(account);
    this.#audit.note({ ...deed, outcome: 'done' });
    return { answer: { step: 'done', principal: principalOf(session) }, cookie };
  }
}

function principalOf({ user, fullName, level }: PageSession): Extract<PageSignIn, { step: 'done' }>['principal'] {
  return { name: user, fullName, level, by: 'page' };
}
