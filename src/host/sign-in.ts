// Sign-in attempts as the host sees them: a conversation that ends accepted or refused. Real ones (PAM, in a worker process
// each) in pam-sign-ins.ts, fake ones in fake-sign-ins.ts.
import type { CodedError } from '#contract/errors.ts';
import type { OnlyThese } from '#contract/host.ts';
import type { Question } from '#contract/values.ts';
import type { SignInRule } from '#model/settings.ts';
import type { PosixAccount } from './accounts.ts';

export interface SignInOrder {
  user: string;
  password: string;
  /** No password is asked for: the caller has looked at the list. */
  automatic?: true;
  /** The person wants another password: PAM asks for it once the one there is was right. */
  changePassword?: boolean | undefined;
  /** Network address of the person, for PAM. */
  remote: string;
  who: SignInRule;
  /** With `listed`: members of these Linux groups are let through as well. */
  groups?: readonly string[] | undefined;
  /** Left out: the station is for all. */
  only?: OnlyThese | undefined;
}

export type SignInOutcome =
  | { step: 'question'; question: Question }
  | { step: 'accepted'; account: PosixAccount; messages: string[] }
  | { step: 'refused'; error: CodedError; messages: string[] };

export interface SignInAttempt {
  /** Only after a question. Never rejects: what goes wrong is `refused`. */
  answer(text: string): Promise<SignInOutcome>;
  /** Lets its worker go, in whatever state; harmless after the worker became a desktop's keeper. */
  finish(): void;
}

export interface SignIns {
  /** Never rejects: what goes wrong is `refused`. */
  begin(order: SignInOrder): Promise<{ attempt: SignInAttempt; outcome: SignInOutcome }>;
}
