// Builds the pages (station, Manager, Dashboard) of a clone where their sources have changed since they were last built.
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { CommandError } from '../exit-code.ts';
import { say } from '../voice.ts';
import { digestOf, filesBelow } from './tree-files.ts';
import { tryProgram } from './program-run.ts';
import { nodeOf } from './layout.ts';
import { writeWhole } from './whole-file.ts';

const pageSources = ['src/web', 'src/model', 'src/contract', 'docs', 'package.json', 'package-lock.json'];
/** Tests and pictures are in no page. */
const isNoSource = (file: string): boolean => /\.test\.tsx?$|^docs\/.*(?<!\.md)$/.test(file);

/** Builds them if needed. Rejects with a CommandError if that fails. */
export async function buildPages(tree: string): Promise<void> {
  const sources = await digestOf(
    tree,
    (await filesBelow(tree, pageSources)).filter((file) => !isNoSource(file)),
  );
  const stamp = `${tree}/.cache/pages.sha256`;
  const built = await readFile(stamp, 'utf8').catch(() => '');
  const there = await stat(`${tree}/dist/web`).then(
    (folder) => folder.isDirectory(),
    () => false,
  );
  if (there && built === sources) return;
  say('Building the pages …');
  const fresh = `${tree}/dist/web.${process.pid}`;
  const environment = { ...process.env, NO_COLOR: '1' };
  const { code, stdout, stderr } = await tryProgram(nodeOf(tree), ['--run', 'build:web', '--', '--outDir', fresh], {
    cwd: tree,
    environment,
  });
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true });
    throw new CommandError(`the pages could not be built:\n${stdout}${stderr}`);
  }
  // Built beside and put in place whole: whoever serves the old ones meanwhile is not disturbed.
  const old = `${fresh}.old`;
  await rename(`${tree}/dist/web`, old).catch(() => undefined);
  await rename(fresh, `${tree}/dist/web`);
  await rm(old, { recursive: true, force: true });
  await mkdir(`${tree}/.cache`, { recursive: true });
  await writeWhole(stamp, sources, 0o644);
}
