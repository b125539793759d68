// The documentation as the product shows it: every document can be, each link leads to a place that is there.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { documentsIn } from './documentation.ts';
import { anchorOf, rendered } from './markdown.ts';

const asIs = (href: string): string => href;
const html = (text: string): string => rendered(text, asIs).html;

test('every document is rendered, and each link within the documentation leads to a page and a heading that are there', async () => {
  const documents = await documentsIn(resolve(import.meta.dirname, '../../../docs'));
  assert.ok(documents.size > 15);
  for (const [name, { html: text, headings }] of documents) {
    assert.equal(headings.filter(({ level }) => level === 1).length, 1, name);
    const visible = text.replaceAll(/<pre.*?<\/pre>|<code>.*?<\/code>/gs, '').replaceAll(/<[^>]*>/g, '');
    assert.doesNotMatch(visible, /\*\*|`|\]\(|^\|/m, name);
    for (const [, page, place] of text.matchAll(/href="(?:\/docs\/([^"#]+))?(?:#([^"]+))?"/g)) {
      const target = documents.get(page ?? name);
      assert.ok(target !== undefined, `${name}: ${page}`);
      if (place !== undefined)
        assert.ok(
          target.headings.some(({ id }) => id === place),
          `${name}: #${place}`,
        );
    }
  }
});

test('each form becomes what it means, and text stays text', () => {
  assert.equal(html('## Two *words* & `code`'), '<h2 id="two-words--code">Two <em>words</em> &amp; <code>code</code></h2>');
  assert.equal(anchorOf('Sessions on disk?'), 'sessions-on-disk');
  assert.equal(html('one\ntwo **three**\n\nfour'), '<p>one two <strong>three</strong></p>\n<p>four</p>');
  assert.equal(html('- a\n  more\n- b\n\n1. c\n2. d'), '<ul><li>a more</li><li>b</li></ul>\n<ol><li>c</li><li>d</li></ol>');
  assert.equal(html('- a\n  - b\n    more\n  - c\n- d'), '<ul><li>a<ul><li>b more</li><li>c</li></ul></li><li>d</li></ul>');
  assert.equal(html('```yaml\na: <b>\n\n- **c**\n```'), '<pre tabindex="0"><code>a: &lt;b&gt;\n\n- **c**</code></pre>');
  assert.match(html('# T\n\n| a | |\n|---|---|\n| `x|y` | \\| |'), /<td><code>x\|y<\/code><\/td><td>\|<\/td>/);
  assert.equal(html('[b](c.md#d) <script>'), '<p><a href="c.md#d">b</a> &lt;script&gt;</p>');
  assert.equal(html('2 * 3 * 4 and snake_case'), '<p>2 * 3 * 4 and snake_case</p>');
});

test('what is not known is refused with its line', () => {
  for (const text of ['> quoted', '<b>', '![picture](x.png)', '* star', '```\nopen', '| a |\nb', '| a | b |\n|---|---|\n| c |'])
    assert.throws(() => html(`fine\n\n${text}`), /^Error: line \d+: /, text);
  assert.match(html('## B\n\n## B'), /<h2 id="b">B<\/h2>\n<h2 id="b-1">B<\/h2>/);
});
