import { chromium } from 'playwright-core';
import { StationGateway, station, computer } from './station-gateway.ts';
import type { ScriptedPage } from './station-gateway.ts';
const folder = process.argv[2] ?? '/tmp/d-dist';
const only = process.argv[3];
await using gateway = await StationGateway.start(folder);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const now = Date.now();
const svg = (c: string) => 'data:image/svg+xml;base64,' + Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 100"><rect width="160" height="100" fill="${c}"/><rect width="160" height="6" fill="#222"/><rect x="14" y="16" width="80" height="56" fill="#eee"/><rect x="60" y="40" width="84" height="48" fill="#1a1a1a"/></svg>`).toString('base64');
const views: Record<string, (page: ScriptedPage) => void | Promise<void>> = {
  'sign-in': (page) => page.free({ reason: 'session', cause: 'suspended-by-administrator', user: 'anna' }),
  'sign-in-plain': (page) => page.free(),
  refused: (page) => page.free({ reason: 'refused', error: { code: 'wrong-credentials', message: '', details: {} } }),
  question: (page) => page.say({ say: 'question', question: { visible: false, text: 'New password: ', messages: ['You are required to change your password immediately (administrator enforced).'] } }),
  notice: (page) => page.say({ say: 'notice' }),
  choose: (page) => page.say({ say: 'choose', mayStartNew: true, sessions: [
    { session: 'abcdefghijklmnop', startedAt: now - 3 * 3600e3, since: now - 1800e3, desktop: 'xfce', station: null, picture: svg('#2d6a9f') },
    { session: 'abcdefghijklmnoq', startedAt: now - 30 * 3600e3, since: now - 26 * 3600e3, desktop: 'xfce', station: 'Station 2', picture: null },
  ] }),
  opening: (page) => page.say({ say: 'opening', starting: true }),
  locked: (page) => page.say({ say: 'locked', station, computer, user: 'anna', fullName: 'Anna Lefèvre', error: null }),
  enrol: (page) => page.say({ say: 'enrol', way: 'code', label: '', error: { code: 'code-wrong', message: '', details: {} } }),
  waiting: (page) => page.say({ say: 'enrol', way: 'approval', label: 'Browser K7QD', error: null }),
  wait: (page) => page.say({ say: 'wait', why: 'host-unreachable' }),
  replaced: (page) => page.socket.close(4003),
  removed: (page) => page.socket.close(4005),
  'refused-page': (page) => page.socket.close(4002),
  identify: (page) => { page.free(); page.say({ say: 'identify', on: true, station: station.name, computer }); },
  desktop: (page) => page.desktop('a'),
  toolbar: (page) => page.desktop('a'),
  signout: (page) => page.desktop('a'),
  clipboard: (page) => page.desktop('a'),
  keyboard: (page) => page.desktop('a'),
  countdown: (page) => { page.desktop('a'); page.say({ say: 'countdown', remainingMs: 30000 }); },
  lost: (page) => page.desktop('a'),
};
const kinds = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark', locale: 'en-GB' },
  fr: { viewport: { width: 1024, height: 768 }, colorScheme: 'light', locale: 'fr-FR' },
  narrow: { viewport: { width: 360, height: 640 }, colorScheme: 'light', locale: 'fr-FR' },
} as const;
for (const [kind, options] of Object.entries(kinds)) {
  for (const [name, script] of Object.entries(views)) {
    if (only !== undefined && !`${name}-${kind}`.match(only)) continue;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.on('console', (m) => { if (m.type() === 'error') console.log(name, kind, m.text()); });
    page.on('pageerror', (e) => console.log(name, kind, e));
    gateway.welcome = (p) => { if (['question', 'notice', 'choose', 'opening', 'wait', 'replaced', 'removed', 'refused-page'].includes(name)) p.free(); void script(p); };
    await page.goto(gateway.url);
    await gateway.page();
    if (['desktop', 'toolbar', 'signout', 'clipboard', 'keyboard', 'countdown', 'lost'].includes(name)) {
      await page.waitForFunction(() => document.documentElement.dataset['firstFrame'] !== undefined);
      const desktop = await gateway.pixels();
      if (['toolbar', 'signout', 'clipboard', 'keyboard'].includes(name)) await page.keyboard.press('Control+Alt+Shift');
      await page.waitForTimeout(300);
      const at = { signout: 2, clipboard: 4, keyboard: 5 }[name];
      if (at !== undefined) await page.locator('.tool').nth(at).click();
      if (name === 'lost') { await gateway.close(); }
    }
    await page.waitForTimeout(450);
    await page.screenshot({ path: `/tmp/shots/station-${name}-${kind}.png` });
    if (name === 'lost') await gateway.open();
    await context.close();
  }
}
await browser.close();
