// `test`: installs what the tests need, checks everything, and looks afterwards whether anything was left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, readFile, readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { placesFrom } from '#contract/places.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { say } from '../voice.ts';
import { keepCriu } from './criu.ts';
import { installPackages, neededPackages, testPackages } from './debian-packages.ts';
import { nodeOf } from './layout.ts';
import { buildPages } from './pages.ts';
import { tryProgram } from './program-run.ts';
import { mustBeRoot } from './up.ts';

/** Programs that look at the source, in the order in which a mistake is found fastest. */
const checks: readonly { name: string; command: string; args: readonly string[] }[] = [
  { name: 'types', command: 'tsc', args: ['-b'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', command: 'biome', args: ['format'] },
  { name: 'dead code', command: 'knip', args: [] },
];

const testFiles = ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts'];

/** Whole products, browsers and X servers share the machine; more at once only makes them wait for each other. */
const testsAtOnce = 2;

const leakPatienceMs = 5_000;

/** Things of tests that are on the computer, one line each. */
async function thingsOfTests(): Promise<Set<string>> {
  const things = new Set<string>();
  const ours = /(?:stationmaster|smt)-test-|\/home\/(?:smt|demo)-/;
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const name = line.split(':')[0] ?? '';
    if (/^(?:smt|demo)-/.test(name)) things.add(`account ${name}`);
  }
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const point = line.split(' ')[4] ?? '';
    if (ours.test(point)) things.add(`mount ${point}`);
  }
  for (const folder of ['/run', '/var/lib', '/etc', '/etc/pam.d', '/tmp', '/home']) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (ours.test(`${folder}/${name}`)) things.add(`file ${folder}/${name}`);
    }
  }
  for (const name of await readdir('/var/tmp/stationmaster-lab/machines').catch(() => [])) things.add(`machine ${name}`);
  for (const name of await readdir('/sys/class/net')) if (name.startsWith('smlab')) things.add(`network interface ${name}`);
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (ours.test(command) || ours.test(environment)) things.add(`process ${pid} ${command.slice(0, 120)}`);
  }
  return things;
}

/** What is there now, was not `before`, and does not go within some seconds: the last processes may just be ending. */
async function thingsThatStay(before: ReadonlySet<string>): Promise<string[]> {
  let left = [...(await thingsOfTests())].filter((thing) => !before.has(thing));
  const deadline = performance.now() + leakPatienceMs;
  while (left.length > 0 && performance.now() < deadline) {
    await pause(250);
    const now = await thingsOfTests();
    left = left.filter((thing) => now.has(thing));
  }
  return left;
}

async function check(tree: string, environment: NodeJS.ProcessEnv): Promise<void> {
  for (const { name, command, args } of checks) {
    const startedMs = performance.now();
    const result = await tryProgram(`${tree}/node_modules/.bin/${command}`, args, { cwd: tree, environment });
    if (result.code !== 0)
      throw new CommandError(`${name}: ${command} ${args.join(' ')} found this:\n${result.stdout}${result.stderr}`);
    say(`${name}: good (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  }
}

/** Runs the test files; the summary is held back until `beforeSummary` is done. Answers with node's exit code. */
async function runFiles(
  tree: string,
  files: readonly string[],
  environment: NodeJS.ProcessEnv,
  beforeSummary: () => Promise<void>,
): Promise<number> {
  const args = ['--test', `--test-concurrency=${testsAtOnce}`, '--test-reporter=spec', ...files];
  const child = spawn(nodeOf(tree), args, { cwd: tree, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const summary: string[] = [];
  const closed = once(child, 'close') as Promise<[number | null]>;
  for await (const line of createInterface({ input: child.stdout })) {
    // The first line of the summary; what follows are the failures once more.
    if (summary.length > 0 || /^\S+ tests \d+$/.test(line)) summary.push(line);
    else process.stdout.write(`${line}\n`);
  }
  const [code] = await closed;
  await beforeSummary();
  // The counts come last, where people and machines look for them.
  const counts = summary.findIndex((line) => line === '');
  const cut = counts === -1 ? summary.length : counts;
  process.stdout.write(`${[...summary.slice(cut), ...summary.slice(0, cut)].join('\n')}\n`);
  return code ?? 1;
}

/** Rejects with a CommandError unless everything is good. `only`: these test files, without the checks. */
export async function runTests(tree: string, only: readonly string[]): Promise<void> {
  mustBeRoot('test');
  if (!existsSync(`${tree}/test`)) throw new CommandError('tests are run from a clone: ./stationmaster test', exitCode.usage);
  // In a session of theirs or under CI alike: nobody is there to answer, and no setting of the caller's reaches the tests.
  const environment: NodeJS.ProcessEnv = {
    PATH: `${tree}/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: process.env['HOME'] ?? '/root',
    LANG: 'C.UTF-8',
    CI: process.env['CI'] ?? '',
    NO_COLOR: '1',
  };
  await installPackages([...neededPackages, ...testPackages]);
  await keepCriu(placesFrom({}));
  await buildPages(tree);
  if (only.length === 0) await check(tree, environment);
  const files: string[] = [...only];
  if (only.length === 0) for await (const file of glob(testFiles, { cwd: tree })) files.push(file);
  const before = await thingsOfTests();
  let left: string[] = [];
  const code = await runFiles(tree, files.toSorted(), environment, async () => {
    left = await thingsThatStay(before);
    if (left.length > 0) say(`\nThe tests left this behind:\n  ${left.join('\n  ')}\n`);
  });
  process.exitCode = code === 0 && left.length === 0 ? exitCode.done : exitCode.failed;
}
