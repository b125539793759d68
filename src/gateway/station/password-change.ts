// Somebody at a desktop gives themselves another password: the conversation of the sign-in page, beside the session, which goes on.
import { CodedError, tellError } from '#contract/errors.ts';
import type { SignInStep } from '#contract/host.ts';
import type { PasswordStep } from '#contract/station-page.ts';
import type { SignInConversation } from '../people/sign-in-desk.ts';

export class PasswordChange {
  readonly #say: (now: PasswordStep) => void;
  #conversation: SignInConversation | null = null;
  #isAsking = false;

  constructor(say: (now: PasswordStep) => void) {
    this.#say = say;
  }

  /** One that is under way is left. */
  async begin(conversation: SignInConversation): Promise<void> {
    this.cancel();
    this.#conversation = conversation;
    this.#say({ step: 'checking' });
    this.#take(conversation, await conversation.begin());
  }

  async answer(text: string): Promise<void> {
    const conversation = this.#conversation;
    if (conversation === null || !this.#isAsking) {
      this.refuse(new CodedError('not-possible-now'));
      return;
    }
    this.#isAsking = false;
    this.#say({ step: 'checking' });
    this.#take(conversation, await conversation.answer(text));
  }

  refuse(error: CodedError): void {
    this.cancel();
    this.#say({ step: 'refused', error: tellError(error), messages: [] });
  }

  /** Harmless at any time. */
  cancel(): void {
    this.#conversation?.finish();
    this.#conversation = null;
    this.#isAsking = false;
  }

  #take(conversation: SignInConversation, step: SignInStep): void {
    if (this.#conversation !== conversation) {
      conversation.finish();
      return;
    }
    if (step.step === 'question') {
      this.#isAsking = true;
      this.#say({ step: 'question', question: step.question });
      return;
    }
    this.cancel();
    if (step.step === 'accepted') this.#say({ step: 'done' });
    else this.#say({ step: 'refused', error: step.error, messages: step.messages });
  }
}
