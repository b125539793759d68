// Taking control of a desktop.
import type { controlRoutes } from '#contract/classroom/control.ts';
import type { AnswerParts, Answers } from '../api-answers.ts';

export function controlAnswers({ controls }: AnswerParts): Pick<Answers, keyof typeof controlRoutes> {
  return {
    controlDesktop: async ({ caller, params, body, signal }) => await controls.begin(caller, params.id, body, signal),
  };
}
