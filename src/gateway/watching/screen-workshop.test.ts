// Looking at screens in a thread of its own: the same pictures as beside it, one object for all, and what becomes of it when it dies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../test/support/gateway-room.ts';
import { startXServer } from '../../../test/support/x-server.ts';
import { makeLog } from '../log.ts';
import { ScreenWorkshop } from './screen-workshop.ts';

const patient = AbortSignal.timeout(60_000);

test('gives each picture as one object to all, again when it is another, and ends its thread after the last', async () => {
  await using x = await startXServer({ geometry: '800x600' });
  await x.run('xsetroot', ['-solid', '#3366cc']);
  const workshop = new ScreenWorkshop(makeLog('silent'), 10);
  const watch = workshop.begin(x.path);
  const [one, other, small] = await Promise.all([
    watch.picture('medium', patient),
    watch.picture('medium', patient),
    watch.picture('small', patient),
  ]);
  assert.equal(one, other);
  assert.notEqual(small.tag, one.tag);
  assert.deepEqual([...one.jpeg.subarray(0, 2)], [0xff, 0xd8]);
  const given = new AbortController();
  const inVain = watch.pictureAfter(one.tag, 'medium', given.signal);
  given.abort(new Error('given up'));
  await assert.rejects(inVain, /given up/);
  const next = Promise.all([watch.pictureAfter(one.tag, 'medium', patient), watch.pictureAfter(one.tag, 'medium', patient)]);
  await x.run('xsetroot', ['-solid', '#cc3366']);
  const [changed, changedToo] = await next;
  assert.equal(changed, changedToo);
  assert.notEqual(changed.tag, one.tag);
  watch[Symbol.dispose]();
  await assert.rejects(watch.picture('medium', patient), /Nobody watches/);
  await until('the thread has ended', () => !workshop.isOpen);
  const again = workshop.begin(x.path);
  assert.equal((await again.picture('medium', patient)).tag, changed.tag);
  await workshop.stop();
});

test('says why nothing is seen: no X server, one that dies, the end of the gateway', async () => {
  const workshop = new ScreenWorkshop(makeLog('silent'));
  await assert.rejects(workshop.begin('/run/stationmaster-test-nobody/rfb').picture('small', patient), /ENOENT/);
  await using x = await startXServer({ geometry: '800x600' });
  const watch = workshop.begin(x.path);
  const { tag } = await watch.picture('small', patient);
  const waiting = watch.pictureAfter(tag, 'small', patient);
  x.signal('SIGKILL');
  await assert.rejects(waiting, /closed the connection|ECONNRESET|EPIPE/);
  assert.ok(watch.ended.aborted);
  await using second = await startXServer({ geometry: '800x600' });
  const left = workshop.begin(second.path);
  const stopped = left.pictureAfter((await left.picture('small', patient)).tag, 'small', patient);
  const [told] = await Promise.all([assert.rejects(stopped, /gateway stops/), workshop.stop()]);
  assert.equal(told, undefined);
});
