// What became of a task on several sessions, said to the person and to the exit code.
import type { Outcome } from '#contract/route.ts';
import { CommandError, exitCode, exitCodeOf } from '../exit-code.ts';
import { answer, answerJson, table } from '../voice.ts';

/** Prints the outcomes; rejects with code 6 if some failed, with the failure's own code if all did. */
export function tellOutcomes(outcomes: readonly Outcome[], done: string, json: boolean): void {
  const failed = outcomes.filter((outcome) => outcome.error !== null);
  if (json) {
    answerJson({ outcomes });
  } else if (outcomes.length === 0) {
    answer('There is no session that this concerns.');
  } else {
    const rows = outcomes.map((outcome) => [
      outcome.user,
      outcome.session,
      outcome.error === null ? done : outcome.error.message,
    ]);
    answer(table(['User', 'Session', 'Outcome'], rows));
  }
  if (failed.length === 0) return;
  const first = failed[0]?.error?.code ?? 'internal';
  throw new CommandError(
    `${failed.length} of ${outcomes.length} not done`,
    failed.length === outcomes.length ? exitCodeOf(first) : exitCode.partlyDone,
  );
}
