// Words of the old system's administrators for commands that are called otherwise here.

const others: readonly (readonly [typed: readonly string[], meant: readonly string[]])[] = [
  [
    ['system', 'list'],
    ['computer', 'list'],
  ],
  [['system', 'alerts'], ['alerts']],
  [
    ['system', 'stop'],
    ['system', 'shutdown'],
  ],
  [['system', 'version'], ['--version']],
];

/** What was typed in the words of this version. */
export function meantBy(typed: readonly string[]): string[] {
  const other = others.find(([words]) => words.every((word, at) => typed[at] === word));
  return other === undefined ? [...typed] : [...other[1], ...typed.slice(other[0].length)];
}
