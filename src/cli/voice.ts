// What the command says: results on standard output, everything else on standard error.

/** Tells the person at the terminal what goes on. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The result of a command, for a person or as the one JSON value of `--json`. */
export function answer(text: string): void {
  process.stdout.write(text === '' ? '' : `${text}\n`);
}

export function answerJson(value: unknown): void {
  answer(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined));
}

/** How many columns of a terminal the text takes; wide East Asian letters take two. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text.normalize('NFC')) {
    if (/\p{Mn}/u.test(letter)) continue;
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(letter)
      ? 2
      : 1;
  }
  return columns;
}

/** Rows under a heading, columns aligned. Control characters do not reach the terminal. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows].map((row) => row.map((cell) => cell.replaceAll(/[\u0000-\u001f\u007f-\u009f]/gu, '�')));
  const widths = heading.map((_, column) => Math.max(...lines.map((row) => columnsOf(row[column] ?? ''))));
  return lines
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - columnsOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A time of day, with the date if it is not today's: `14:03`, `2026-11-24 14:03`. */
export function timeText(at: number, now: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = (time: Date) => `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const time = new Date(at);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return date(time) === date(new Date(now)) ? clock : `${date(time)} ${clock}`;
}
