// Makes pages of docs/*.md, which the product serves itself: help leads there on a computer without the internet, too.
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { escaped, rendered } from './markdown.ts';
import type { Heading, Rendered } from './markdown.ts';

/** In the order of the menu; the others are reached by links. */
const menu = ['administrators', 'teachers', 'command-line', 'api', 'from-multipoint', 'protocol', 'threat-model'];

/** Below /docs: `administrators`, `decisions/0001-…`. */
type Documents = ReadonlyMap<string, Rendered>;

const titleOf = ({ headings }: Rendered): string => headings[0]?.text ?? '';

/** Where a link of a document leads: to a page of another one, a place in the same one, or out of the product. */
function addressFrom(name: string, names: ReadonlySet<string>): (href: string) => string {
  return (href) => {
    if (href.startsWith('#') || /^https?:/.test(href)) return href;
    const { pathname, hash } = new URL(href, `docs:///docs/${name}.md`);
    const target = /^\/docs\/(.+)\.md$/.exec(pathname)?.[1];
    if (target === undefined || !names.has(target)) throw new Error(`${name}.md links to ${href}, which is no page`);
    return `/docs/${target}${hash}`;
  };
}

/** Every document in `folder`, rendered. Rejects where one cannot be, or links to what is not there. */
export async function documentsIn(folder: string): Promise<Documents> {
  const names: string[] = [];
  for await (const file of glob('{*,decisions/*}.md', { cwd: folder })) names.push(file.slice(0, -'.md'.length));
  const known = new Set(names);
  const documents = new Map<string, Rendered>();
  for (const name of names.toSorted()) {
    try {
      documents.set(name, rendered(await readFile(join(folder, `${name}.md`), 'utf8'), addressFrom(name, known)));
    } catch (error) {
      throw new Error(`docs/${name}.md cannot be shown: ${(error as Error).message}`, { cause: error });
    }
  }
  return documents;
}

const listOf = (links: readonly string[]): string => `<ul>${links.map((link) => `<li>${link}</li>`).join('')}</ul>`;

const parts = (headings: readonly Heading[]): string => {
  const links = headings.filter(({ level }) => level === 2).map(({ id, text }) => `<a href="#${id}">${escaped(text)}</a>`);
  return links.length < 2
    ? ''
    : `<nav class="parts" aria-labelledby="parts"><h2 id="parts">On this page</h2>${listOf(links)}</nav>`;
};

function pageOf(name: string, document: Rendered, documents: Documents, style: string): string {
  const links = menu.flatMap((each) => {
    const other = documents.get(each);
    const here = each === name ? ' aria-current="page"' : '';
    return other === undefined ? [] : [`<a href="/docs/${each}"${here}>${escaped(titleOf(other))}</a>`];
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(titleOf(document))} - Stationmaster</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/${style}">
</head>
<body>
<header><strong>Stationmaster</strong><nav aria-label="Documentation">${listOf(links)}</nav></header>
<div class="page">${parts(document.headings)}<main>
${document.html}
</main></div>
</body>
</html>
`;
}

/** Adds docs/<name>.html to what is built. */
export function documentation(folder: string): Plugin {
  return {
    name: 'documentation',
    apply: 'build',
    async generateBundle() {
      const documents = await documentsIn(folder);
      const source = await readFile(join(import.meta.dirname, 'documentation.css'), 'utf8');
      const style = this.getFileName(this.emitFile({ type: 'asset', name: 'documentation.css', source }));
      for (const [name, document] of documents)
        this.emitFile({ type: 'asset', fileName: `docs/${name}.html`, source: pageOf(name, document, documents, style) });
    },
  };
}
