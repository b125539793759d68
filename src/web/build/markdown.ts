// Markdown as the documentation is written in, as HTML: headings, paragraphs, lists, tables, code, emphasis, links. What is none of
// these is refused where the pages are built, so that nothing is shown wrongly.

export interface Heading {
  level: number;
  text: string;
  id: string;
}

export interface Rendered {
  html: string;
  headings: readonly Heading[];
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** As GitHub names the anchors of headings. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const plain = (text: string): string => text.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1');

/** `address`: what a link becomes. */
function inline(text: string, address: (href: string) => string): string {
  const parts = /`([^`]+)`|\*\*(.+?)\*\*|(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?!\w)|\[([^\]]+)\]\(([^)\s]+)\)/g;
  let html = '';
  let at = 0;
  for (const match of text.matchAll(parts)) {
    html += escaped(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, code, strong, emphasis, label, href] = match;
    if (code !== undefined) html += `<code>${escaped(code)}</code>`;
    else if (strong !== undefined) html += `<strong>${inline(strong, address)}</strong>`;
    else if (emphasis !== undefined) html += `<em>${inline(emphasis, address)}</em>`;
    else html += `<a href="${escaped(address(href ?? ''))}">${inline(label ?? '', address)}</a>`;
  }
  return html + escaped(text.slice(at));
}

/** The cells of a row; a bar in code does not divide, nor one with a backslash before it. */
function cellsOf(row: string): string[] {
  const cells = [''];
  for (const piece of row
    .trim()
    .replaceAll(/^\||\|$/g, '')
    .match(/`[^`]*`|\\\||[^`|\\]+|./g) ?? []) {
    if (piece === '|') cells.push('');
    else cells[cells.length - 1] += piece === '\\|' ? '|' : piece;
  }
  return cells.map((cell) => cell.trim());
}

/** A list within a list; there is none within that. */
const below = /^ {2,4}- /;
const begins = /^(?:#{1,6} |```|\||- |\d+\. | {2,4}- )/;

/** Throws with the line's number on what it does not know. */
export function rendered(markdown: string, address: (href: string) => string): Rendered {
  const lines = markdown.split('\n');
  const headings: Heading[] = [];
  const html: string[] = [];
  let at = 0;
  const line = (): string => lines[at] ?? '';
  const unknown = (what: string): Error => new Error(`line ${at + 1}: ${what}: ${line()}`);
  const text = (words: string): string => inline(words, address);
  /** The lines of a paragraph or of a list's item: until a blank line or the beginning of something else. */
  const joined = (first: string): string => {
    const all = [first];
    for (at += 1; at < lines.length && line().trim() !== '' && !begins.test(line()); at += 1) all.push(line().trim());
    return all.join(' ');
  };

  while (at < lines.length) {
    const now = line();
    if (now.trim() === '') {
      at += 1;
      continue;
    }
    const [, marks, title] = /^(#{1,6}) (.+)$/.exec(now) ?? [];
    const [, fence] = /^(```)\w*$/.exec(now) ?? [];
    if (marks !== undefined && title !== undefined) {
      const anchor = anchorOf(plain(title));
      const before = headings.filter(({ id }) => id === anchor || id.startsWith(`${anchor}-`)).length;
      const heading = { level: marks.length, text: plain(title), id: before === 0 ? anchor : `${anchor}-${before}` };
      headings.push(heading);
      html.push(`<h${heading.level} id="${heading.id}">${text(title)}</h${heading.level}>`);
      at += 1;
    } else if (fence !== undefined) {
      const end = lines.indexOf('```', at + 1);
      if (end < 0) throw unknown('code that does not end');
      html.push(`<pre tabindex="0"><code>${escaped(lines.slice(at + 1, end).join('\n'))}</code></pre>`);
      at = end + 1;
    } else if (now.startsWith('|')) {
      if (!/^\|(?: ?:?-+:? ?\|)+$/.test(lines[at + 1] ?? '')) throw unknown('a table without a line below its heading');
      const head = cellsOf(now);
      const rows: string[] = [];
      for (at += 2; line().startsWith('|'); at += 1) {
        const cells = cellsOf(line());
        if (cells.length !== head.length) throw unknown('a row with more or fewer cells than the heading');
        rows.push(`<tr>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`);
      }
      const titles = head.map((cell) => (cell === '' ? '<td></td>' : `<th scope="col">${text(cell)}</th>`)).join('');
      html.push(
        `<div class="table" tabindex="0" role="region" aria-label="${escaped(headings.at(-1)?.text ?? '')}"><table><thead><tr>${titles}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
      );
    } else if (/^(?:- |\d+\. )/.test(now)) {
      const kind = now.startsWith('- ') ? /^- / : /^\d+\. /;
      const items: string[] = [];
      while (kind.test(line())) {
        const item = text(joined(line().replace(kind, '')));
        const inside: string[] = [];
        while (below.test(line())) inside.push(`<li>${text(joined(line().replace(below, '')))}</li>`);
        items.push(`<li>${item}${inside.length === 0 ? '' : `<ul>${inside.join('')}</ul>`}</li>`);
      }
      const tag = now.startsWith('- ') ? 'ul' : 'ol';
      html.push(`<${tag}>${items.join('')}</${tag}>`);
    } else if (/^(?:\s|>|<|!\[|[*+] |=+$|---)/.test(now)) {
      throw unknown('not a form that the documentation is written in');
    } else {
      html.push(`<p>${text(joined(now))}</p>`);
    }
  }
  return { html: html.join('\n'), headings };
}
