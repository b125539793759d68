// The Manager with 5,000 stations and 2,000 sessions: the real gateway over a host that says so, in a real Chromium: first table, key
// press, sort, live changes, memory, lists of the API, Suspend all. Beside a plain table that draws every row and a bare server, on the
// same data in the same run.
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import type { Session } from '#model/session.ts';
import { ownCertificate } from '../test/support/certificate.ts';
import { FakeGateway, makeComputer, makePrincipal } from '../test/support/fake-gateway.ts';
import { manyStations } from '../test/support/many-stations.ts';
import { builtPages } from '../test/support/pages.ts';
import { CrowdedGateway } from './crowded-gateway.ts';
import { options, publish, rounded, spreadOf, tell } from './figures.ts';
import type { Goal, Spread } from './figures.ts';
import { cpuSecondsOfProcess, residentMegabytes } from './process-figures.ts';

const stationCount = 5000;
const rounds = options.quick ? 3 : 6;
const liveSeconds = options.quick ? 3 : 8;
const lists = options.quick ? 20 : 200;
const suspensions = options.quick ? 3 : 12;
const suspendedAtOnce = 100;
/** A frame that took longer than three of 60 a second was seen as a jerk. */
const jerkMs = 50;

interface Watch {
  firstRowAt: number;
  longTasks: number[];
  frames: number[];
}

declare global {
  interface Window {
    watch: Watch;
    /** What is drawn now: another text once a search or an order is. */
    drawn: () => string;
    /** How long the last search or order took until it was drawn, in milliseconds. */
    took: Promise<number>;
  }
}

/** Runs in every page before its own scripts: when the first row was there, and what took long. */
const watcher = `
  window.watch = { firstRowAt: 0, longTasks: [], frames: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.watch.longTasks.push(entry.duration);
  }).observe({ type: 'longtask', buffered: false });
  let last = 0;
  const frame = (now) => {
    if (last > 0) window.watch.frames.push(now - last);
    last = now;
    if (window.watch.firstRowAt === 0 && document.querySelector('[role="row"] [role="gridcell"], tbody td') !== null)
      window.watch.firstRowAt = performance.now();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;

/** What somebody writes who needs a table: every row drawn, each change in its own row, filter and sort over all rows. */
const plainPage = `<!doctype html><meta charset="utf-8"><title>Plain</title>
<link rel="stylesheet" href="/assets/plain.css"><script type="module" src="/assets/plain.js"></script>
<input type="search" aria-label="Search"><table><thead><tr>
${['Computer', 'Station', 'User', 'Status', 'Since', 'Connection'].map((name) => `<th><button>${name}</button></th>`).join('')}
</tr></thead><tbody></tbody></table>`;
const plainStyle =
  'table{border-collapse:collapse;font:14px sans-serif}td,th{padding:12px;border-top:1px solid #ccc;text-align:start}';
const plainScript = `
  const body = document.querySelector('tbody');
  const rows = new Map();
  const text = (station, session) => [station.computer, station.name, session ? session.user + ' (' + session.fullName + ')' : '',
    session ? session.state : station.online ? 'free' : 'offline',
    new Date(session ? session.since : station.lastSeenAt).toLocaleTimeString(),
    station.latencyMs === null ? '' : station.latencyMs + ' ms · ' + station.widthPx + ' × ' + station.heightPx];
  const draw = (row) => text(row.station, row.session).forEach((cell, at) => {
    if (row.element.cells[at].textContent !== cell) row.element.cells[at].textContent = cell;
  });
  new WebSocket('wss://' + location.host + '/api/v1/live').addEventListener('message', ({ data }) => {
    const event = JSON.parse(data);
    if (event.event === 'snapshot') {
      const at = new Map(event.sessions.map((session) => [session.station, session]));
      const all = document.createDocumentFragment();
      for (const station of event.stations) {
        const element = document.createElement('tr');
        for (let cell = 0; cell < 6; cell += 1) element.insertCell();
        const row = { station, session: at.get(station.id) ?? null, element };
        rows.set(station.id, row);
        draw(row);
        all.append(element);
      }
      body.append(all);
    } else if (event.event === 'session.changed') {
      const row = rows.get(event.session.station);
      if (row === undefined) return;
      row.session = event.session;
      draw(row);
    }
  });
  document.querySelector('input').addEventListener('input', ({ target }) => {
    const wanted = target.value.toLowerCase();
    let shown = 0;
    for (const { element } of rows.values()) {
      element.hidden = !element.textContent.toLowerCase().includes(wanted);
      if (!element.hidden) shown += 1;
    }
    body.dataset.shown = String(shown);
  });
  const byText = new Intl.Collator('en', { numeric: true });
  document.querySelectorAll('th button').forEach((button, at) => button.addEventListener('click', () => {
    const cell = (row) => row.cells[at].textContent;
    body.append(...[...body.rows].sort((a, b) => byText.compare(cell(b), cell(a))));
  }));
`;

interface Table {
  name: string;
  /** Where it is. */
  url: string;
  /** As a browser sends it; empty: nobody needs to sign in. */
  cookie: string;
  /** Changes a session: locks or unlocks it. */
  change: (session: string) => void;
  search: string;
  /** An expression that is another one once the search or the order is drawn. */
  drawn: string;
  /** Pressed in turn, each gives another order. */
  sortButtons: readonly [string, string];
}

/** `empty`: nothing is to be drawn there. */
async function openPage(browser: Browser, table: Table, empty = false): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1500, height: 900 }, locale: 'en-GB' });
  if (table.cookie !== '') {
    const [name = '', value = ''] = table.cookie.split('=', 2);
    await context.addCookies([{ name, value, url: new URL('/', table.url).href, secure: true }]);
  }
  const page = await context.newPage();
  await page.addInitScript(`${watcher} window.drawn = () => ${table.drawn};`);
  page.on('pageerror', (error) => tell(String(error)));
  await page.goto(table.url);
  if (!empty) await page.waitForFunction(() => window.watch.firstRowAt > 0);
  return { context, page };
}

/** From the event that `act` causes to the frame in which something else is drawn, by the page's own clock. */
async function untilDrawn(page: Page, event: 'keydown' | 'click', act: () => Promise<void>): Promise<number> {
  // Armed before anything happens.
  await page.evaluate((type) => {
    const before = window.drawn();
    window.took = new Promise<number>((resolve) => {
      addEventListener(
        type,
        (happened) => {
          const from = happened.timeStamp;
          const frame = (): void => {
            if (window.drawn() === before) requestAnimationFrame(frame);
            // The frame after it was drawn: it is on the screen.
            else requestAnimationFrame(() => resolve(performance.now() - from));
          };
          requestAnimationFrame(frame);
        },
        { capture: true, once: true },
      );
    });
  }, event);
  await act();
  return await page.evaluate(() => window.took);
}

interface Live {
  perSecond: number;
  longTasks: Spread | null;
  framesOver50Ms: number;
  longestFrameMs: number;
  /** Part of one core that the page's main thread took. */
  mainThread: number;
  /** The same of the gateway; null: it is not the product's. */
  gateway: number | null;
}

async function taskSeconds(devTools: CDPSession): Promise<number> {
  const { metrics } = await devTools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

/** What one run of changes did to the page. */
async function measureLive(
  page: Page,
  devTools: CDPSession,
  { ids, change }: { ids: readonly string[]; change: (session: string) => void },
  perSecond: number,
): Promise<Omit<Live, 'gateway'>> {
  await page.evaluate(() => {
    window.watch.longTasks.length = 0;
    window.watch.frames.length = 0;
  });
  const from = performance.now();
  const before = await taskSeconds(devTools);
  let told = 0;
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - from) / 1000) * perSecond);
      for (; told < due; told += 1) change(ids[(told * 7) % ids.length] ?? '');
      if (performance.now() - from < liveSeconds * 1000) return;
      clearInterval(timer);
      done();
    }, 20);
  });
  const seconds = (performance.now() - from) / 1000;
  const mainThread = ((await taskSeconds(devTools)) - before) / seconds;
  const { longTasks, frames } = await page.evaluate(() => window.watch);
  return {
    perSecond,
    longTasks: longTasks.length === 0 ? null : spreadOf(longTasks),
    framesOver50Ms: frames.filter((ms) => ms > jerkMs).length,
    longestFrameMs: rounded(Math.max(...frames)),
    mainThread: rounded(mainThread),
  };
}

interface Figures {
  firstTableMs: Spread;
  keyPressMs: Spread;
  sortMs: Spread;
  live: Live[];
  heapMb: number;
  domNodes: number;
}

async function measure(browser: Browser, ids: readonly string[], table: Table, gatewayPid: number | null): Promise<Figures> {
  tell(`${table.name}: first table …`);
  const first: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { context, page } = await openPage(browser, table);
    first.push(await page.evaluate(() => window.watch.firstRowAt));
    await context.close();
  }
  const { context, page } = await openPage(browser, table);
  const devTools = await context.newCDPSession(page);
  await devTools.send('Performance.enable');
  tell(`${table.name}: memory …`);
  await devTools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devTools.send('Runtime.getHeapUsage');
  const { nodes } = await devTools.send('Memory.getDOMCounters');
  tell(`${table.name}: key press and sort …`);
  const keyPress: number[] = [];
  const sort: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.locator(table.search).first().focus();
    keyPress.push(await untilDrawn(page, 'keydown', () => page.keyboard.press('u')));
    keyPress.push(await untilDrawn(page, 'keydown', () => page.keyboard.press('Backspace')));
    for (const button of table.sortButtons)
      sort.push(await untilDrawn(page, 'click', () => page.locator(button).first().click()));
  }
  const live: Live[] = [];
  for (const perSecond of [50, 200]) {
    tell(`${table.name}: ${perSecond} changes a second …`);
    const cpuBefore = gatewayPid === null ? 0 : cpuSecondsOfProcess(gatewayPid);
    const from = performance.now();
    const measured = await measureLive(page, devTools, { ids, change: table.change }, perSecond);
    const part = gatewayPid === null ? null : (cpuSecondsOfProcess(gatewayPid) - cpuBefore) / ((performance.now() - from) / 1000);
    live.push({ ...measured, gateway: part === null ? null : rounded(part) });
  }
  await context.close();
  return {
    firstTableMs: spreadOf(first),
    keyPressMs: spreadOf(keyPress),
    sortMs: spreadOf(sort),
    live,
    heapMb: rounded(usedSize / 1e6),
    domNodes: nodes,
  };
}

/** How many bytes a browser that was never here loads over the network until the page is quiet, by the browser's own count. */
async function firstLoadBytes(browser: Browser, table: Table): Promise<number> {
  const { context, page } = await openPage(browser, { ...table, url: new URL('/assets/nothing', table.url).href }, true);
  try {
    const devTools = await context.newCDPSession(page);
    await devTools.send('Network.enable');
    let bytes = 0;
    devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(new URL('/manager', table.url).href);
    await page.waitForLoadState('networkidle');
    return bytes;
  } finally {
    await context.close();
  }
}

/** A server that does nothing but write the same list: what HTTPS and JSON cost by themselves. */
async function bareList(list: unknown): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(await ownCertificate(), (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(list));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bareAnswer(agent: Agent, url: string): Promise<void> {
  const [response] = (await once(get(url, { agent }), 'response')) as [import('node:http').IncomingMessage];
  response.resume();
  await once(response, 'end');
}

async function measureLists(gateway: CrowdedGateway): Promise<{ ours: Spread; bare: Spread; bytes: number }> {
  tell('lists of the API …');
  const list = await gateway.ask('GET', '/stations');
  await using bare = await bareList(JSON.parse(list.toString('utf8')));
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const [ours, others]: [number[], number[]] = [[], []];
  for (let round = 0; round < lists; round += 1) {
    for (const [times, work] of [
      [ours, () => gateway.ask('GET', '/stations')],
      [others, () => bareAnswer(agent, bare.url)],
    ] as const) {
      const from = performance.now();
      await work();
      times.push(performance.now() - from);
    }
  }
  agent.destroy();
  return { ours: spreadOf(ours), bare: spreadOf(others), bytes: list.length };
}

/** From the call of Suspend all to its answer, with so many sessions at stations. */
async function measureSuspendAll(): Promise<Spread> {
  tell(`Suspend all of ${suspendedAtOnce} …`);
  const { stations, sessions } = manyStations(Math.ceil(suspendedAtOnce * 2.5), ['classroom']);
  const here = sessions.slice(0, suspendedAtOnce).map((session): Session => ({ ...session, state: 'active' }));
  await using gateway = await CrowdedGateway.start({ stations, sessions: here });
  const times: number[] = [];
  for (let round = 0; round < suspensions; round += 1) {
    const from = performance.now();
    const answer = JSON.parse((await gateway.ask('POST', `/computers/${hostname()}/suspend-all`, {})).toString('utf8')) as {
      outcomes: { error: unknown }[];
    };
    times.push(performance.now() - from);
    const done = answer.outcomes.filter(({ error }) => error === null).length;
    if (done !== suspendedAtOnce) throw new Error(`${done} of ${suspendedAtOnce} were suspended.`);
    for (const { id, station } of here) gateway.host.happen(id, 'attach', { station, state: 'active' });
  }
  return spreadOf(times);
}

const folder = await mkdtemp(join(tmpdir(), 'stationmaster-bench-manager-'));
await using cleaning = new AsyncDisposableStack();
cleaning.defer(() => rm(folder, { recursive: true }));
await cp(await builtPages(), folder, { recursive: true });
await writeFile(join(folder, 'assets/plain.html'), plainPage);
await writeFile(join(folder, 'assets/plain.css'), plainStyle);
await writeFile(join(folder, 'assets/plain.js'), plainScript);
const crowd = manyStations(stationCount, [hostname()]);
const ids = crowd.sessions.map(({ id }) => id);
const plainGateway = cleaning.use(await FakeGateway.start(folder));
plainGateway.principal = makePrincipal('ada', 'administrator');
plainGateway.computers = [makeComputer(hostname())];
Object.assign(plainGateway, crowd);
tell('Starting the gateway …');
const gateway = cleaning.use(await CrowdedGateway.start(crowd));
const residentAfterStart = rounded(residentMegabytes(gateway.pid));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});
cleaning.defer(() => browser.close());

const ours: Table = {
  name: 'ours',
  url: `${gateway.origin}/manager/stations?group=none&all=yes`,
  cookie: gateway.cookie,
  change: (id) => gateway.host.happen(id, gateway.host.sessions.get(id)?.state === 'locked' ? 'unlock' : 'lock'),
  search: 'input[type="search"], input[role="searchbox"], .fui-SearchBox input',
  drawn: `[document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount'), document.querySelector('[aria-rowindex="2"]')?.getAttribute('data-key')].join()`,
  // The column that it is sorted by: down, and up again.
  sortButtons: ['[role="columnheader"]:nth-child(2) button', '[role="columnheader"]:nth-child(2) button'],
};
const plain: Table = {
  name: 'plain',
  url: plainGateway.url('/assets/plain.html'),
  cookie: '',
  change: (id) => {
    const locked = plainGateway.sessions.find((session) => session.id === id)?.state === 'locked';
    plainGateway.changeSession(id, { state: locked ? 'active' : 'locked', since: Date.now() });
  },
  search: 'input',
  drawn: `[document.querySelector('tbody').dataset.shown, document.querySelector('tbody tr')?.cells[1].textContent].join()`,
  // It knows one order of each column only.
  sortButtons: ['th:nth-child(3) button', 'th:nth-child(2) button'],
};
const figures = {
  plain: await measure(browser, ids, plain, null),
  ours: await measure(browser, ids, ours, gateway.pid),
};
const residentWithManager = rounded(residentMegabytes(gateway.pid));
const loadKilobytes = rounded((await firstLoadBytes(browser, ours)) / 1000);
const list = await measureLists(gateway);
const suspendAll = await measureSuspendAll();

const shown = ({ p50, p95, max }: Spread): string => `${p50} / ${p95} / ${max}`;
const line = (what: string, of: (each: Figures) => string | number): [string, string | number, string | number] => [
  what,
  of(figures.ours),
  of(figures.plain),
];
const liveOf = (each: Figures, perSecond: number): Live => {
  const found = each.live.find((live) => live.perSecond === perSecond);
  if (found === undefined) throw new Error(`${perSecond} changes a second were not measured`);
  return found;
};
const fast = liveOf(figures.ours, 200);
const goals: Goal[] = [
  {
    what: 'first table of 5,000 stations and 2,000 sessions, p95',
    goal: '≤ 500 ms',
    measured: `${figures.ours.firstTableMs.p95} ms`,
    reached: figures.ours.firstTableMs.p95 <= 500,
  },
  {
    what: 'key press to the filtered table, p95',
    goal: '≤ 100 ms',
    measured: `${figures.ours.keyPressMs.p95} ms`,
    reached: figures.ours.keyPressMs.p95 <= 100,
  },
  {
    what: '200 changes a second: longest task',
    goal: '< 50 ms',
    measured:
      fast.longTasks === null ? 'none of 50 ms or more' : `${fast.longTasks.max} ms (${fast.longTasks.count} of 50 ms or more)`,
    reached: fast.longTasks === null,
  },
  {
    what: '200 changes a second: gateway, part of a core',
    goal: '≤ 20 %',
    measured: `${rounded((fast.gateway ?? 0) * 100)} %`,
    reached: fast.gateway !== null && fast.gateway <= 0.2,
  },
  {
    what: 'gateway resident, with one Manager open',
    goal: '≤ 200 MB',
    measured: `${residentWithManager} MB`,
    reached: residentWithManager <= 200,
  },
  {
    what: "the Manager's first load, compressed",
    goal: '≤ 350 kB',
    measured: `${loadKilobytes} kB`,
    reached: loadKilobytes <= 350,
  },
  {
    what: 'API list of 5,000 stations, p95',
    goal: '≤ 60 ms',
    measured: `${list.ours.p95} ms`,
    reached: list.ours.p95 <= 60,
  },
  {
    what: 'Suspend all of 100 sessions, p95',
    goal: '≤ 300 ms',
    measured: `${suspendAll.p95} ms`,
    reached: suspendAll.p95 <= 300,
  },
];
await publish(
  'manager',
  { ...figures, residentAfterStart, residentWithManager, loadKilobytes, list, suspendAll },
  [
    {
      title: `The Stations table with ${stationCount} stations and ${ids.length} sessions (times: median / p95 / longest)`,
      head: ['what', 'ours', 'a plain table, every row drawn'],
      rows: [
        line('opening the address to the first full table, ms', (each) => shown(each.firstTableMs)),
        line('key press to filtered, ms', (each) => shown(each.keyPressMs)),
        line('press on a column to sorted, ms', (each) => shown(each.sortMs)),
        ...[50, 200].flatMap((perSecond) => [
          line(`${perSecond} changes a second: main thread, part of a core`, (each) => liveOf(each, perSecond).mainThread),
          line(`${perSecond} changes a second: tasks of 50 ms or more`, (each) => liveOf(each, perSecond).longTasks?.count ?? 0),
          line(`${perSecond} changes a second: frames over 50 ms`, (each) => liveOf(each, perSecond).framesOver50Ms),
        ]),
        line('JavaScript memory, MB', (each) => each.heapMb),
        line('nodes of the page', (each) => each.domNodes),
      ],
    },
    {
      title: 'The gateway with as many (times: median / p95 / longest)',
      head: ['what', 'ours', 'a bare Node.js HTTPS server that writes the same list'],
      rows: [
        [`list of ${stationCount} stations, ${rounded(list.bytes / 1e6)} MB, ms`, shown(list.ours), shown(list.bare)],
        [`Suspend all of ${suspendedAtOnce}, call to answer, ms`, shown(suspendAll), '–'],
        ...[50, 200].map((perSecond) => [
          `${perSecond} changes a second, one Manager open: part of a core`,
          liveOf(figures.ours, perSecond).gateway ?? '–',
          '–',
        ]),
        ['resident after the start, MB', residentAfterStart, '–'],
        ['resident with one Manager, after all changes, MB', residentWithManager, '–'],
      ],
    },
  ],
  goals,
);
