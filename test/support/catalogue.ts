// The check of the catalogues, for tests: every text that the code uses is there in both languages, and none that it does not use.
// Runs in Node; nothing of it is in the pages.

interface Entry {
  id: string;
  text: string;
}

/** The entries of a .po file, without its header. Reads what these catalogues use: msgid and msgstr, over several lines if need be. */
export function entriesOf(po: string): Entry[] {
  const entries: Entry[] = [];
  let field: keyof Entry | null = null;
  for (const line of po.split('\n')) {
    const found = /^(msgid|msgstr)?\s*("(?:[^"\\]|\\.)*")\s*$/.exec(line);
    if (found === null) {
      field = null;
      continue;
    }
    if (found[1] === 'msgid') entries.push({ id: '', text: '' });
    if (found[1] !== undefined) field = found[1] === 'msgid' ? 'id' : 'text';
    const entry = entries.at(-1);
    if (entry !== undefined && field !== null) entry[field] += JSON.parse(found[2] ?? '""') as string;
  }
  return entries.filter((entry) => entry.id !== '');
}

/** The texts that a source file translates: the literals in `_('…')`, `i18n._('…')` and `msg('…')`. */
export function textsUsedIn(source: string): string[] {
  const literal = /(?<![\w$])(?:_|msg)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g;
  return [...source.matchAll(literal)].map((match) => {
    const quoted = match[1] ?? "''";
    const inner = quoted.slice(1, -1);
    return JSON.parse(`"${inner.replaceAll(String.raw`\'`, "'").replaceAll(/(?<!\\)"/g, String.raw`\"`)}"`) as string;
  });
}

/** The names between braces, `{count, plural, …}` among them: they must be the same in every language; the words of a plural's cases not. */
function placeholders(text: string): string {
  return [...text.matchAll(/(?<!(?:=\d+|zero|one|two|few|many|other)\s*)\{(\w+)(?=[,}])/g)]
    .map((match) => match[1] ?? '')
    .toSorted()
    .filter((name, at, all) => all.indexOf(name) === at)
    .join(' ');
}

/**
 * What is wrong with one page's catalogues, one sentence each; empty if nothing is.
 * `sources`: the texts of its source files. `elsewhere`: ids of the shared catalogue, which the page may use as well.
 */
export function catalogueFaults(given: {
  en: string;
  fr: string;
  sources: readonly string[];
  elsewhere?: readonly string[];
}): string[] {
  const faults: string[] = [];
  const en = entriesOf(given.en);
  const fr = entriesOf(given.fr);
  const used = new Set(given.sources.flatMap(textsUsedIn));
  const elsewhere = new Set(given.elsewhere);
  for (const [language, entries] of [
    ['en', en],
    ['fr', fr],
  ] as const) {
    const ids = new Set<string>();
    for (const { id, text } of entries) {
      if (ids.has(id)) faults.push(`${language} has "${id}" twice.`);
      ids.add(id);
      if (text.trim() === '') faults.push(`${language} has no text for "${id}".`);
      else if (placeholders(id) !== placeholders(text)) faults.push(`${language} has other placeholders for "${id}".`);
      if (!used.has(id)) faults.push(`${language} has "${id}", which no code uses.`);
      if (elsewhere.has(id)) faults.push(`${language} repeats "${id}" of the shared catalogue.`);
    }
    for (const id of used) if (!ids.has(id) && !elsewhere.has(id)) faults.push(`${language} lacks "${id}".`);
  }
  for (const { id, text } of en) if (id !== text) faults.push(`en says "${text}" for "${id}".`);
  return faults;
}
