// Asks the person at the terminal before something that cannot be taken back.
import { createInterface } from 'node:readline/promises';

/** True for yes. */
export async function confirm(question: string): Promise<boolean> {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Without an answer, when the terminal closes.
    const closed = new Promise<string>((resolve) => dialogue.once('close', () => resolve('')));
    return /^y(es)?$/i.test((await Promise.race([dialogue.question(`${question} [y/N] `), closed])).trim());
  } finally {
    dialogue.close();
  }
}
