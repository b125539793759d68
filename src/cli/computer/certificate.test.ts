import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { test } from 'node:test';
import { certificateFiles, certificateIn, expiresAt, keepCertificate } from './certificate.ts';
import { layoutFrom } from './layout.ts';
import type { Layout } from './layout.ts';

const dayMs = 86_400_000;
const gateway = { uid: 0, gid: 0 };

async function ownLayout(): Promise<AsyncDisposable & { layout: Layout }> {
  const folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
  const layout = layoutFrom({ STATIONMASTER_STATE: folder });
  await mkdir(layout.places.certificateDir);
  return { layout, [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }) };
}

test('the first start makes an authority and a certificate that a browser would take for a year or two', async () => {
  await using own = await ownLayout();
  const files = certificateFiles(own.layout);
  assert.equal(await keepCertificate(own.layout, gateway, Date.now()), true);
  const authority = await certificateIn(files.authority);
  const certificate = await certificateIn(files.certificate);
  assert.ok(authority !== null && certificate !== null);
  assert.equal(authority.ca, true);
  assert.equal(certificate.ca, false);
  assert.ok(certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
  for (const name of ['localhost', hostname()]) assert.notEqual(certificate.checkHost(name), undefined, name);
  assert.notEqual(certificate.checkIP('127.0.0.1'), undefined);
  assert.notEqual(certificate.checkIP('::1'), undefined);
  const days = (expiresAt(certificate) - Date.parse(certificate.validFrom)) / dayMs;
  assert.ok(days > 365 && days <= 825, `${days} days`);
  assert.equal((await stat(files.authorityKey)).mode & 0o777, 0o600);
  assert.equal((await stat(files.key)).mode & 0o777, 0o640);
});

test('a good certificate stays; one that expires within a month is made anew by the same authority', async () => {
  await using own = await ownLayout();
  const files = certificateFiles(own.layout);
  const now = Date.now();
  await keepCertificate(own.layout, gateway, now);
  const authority = await readFile(files.authority, 'utf8');
  const before = await readFile(files.certificate, 'utf8');
  assert.equal(await keepCertificate(own.layout, gateway, now + 700 * dayMs), false);
  assert.equal(await readFile(files.certificate, 'utf8'), before);
  assert.equal(await keepCertificate(own.layout, gateway, now + 800 * dayMs), true);
  assert.notEqual(await readFile(files.certificate, 'utf8'), before);
  assert.equal(await readFile(files.authority, 'utf8'), authority);
});

test('a lost or broken key or certificate is made anew', async () => {
  await using own = await ownLayout();
  const files = certificateFiles(own.layout);
  await keepCertificate(own.layout, gateway, Date.now());
  await rm(files.key);
  assert.equal(await keepCertificate(own.layout, gateway, Date.now()), true);
  await rm(files.authorityKey);
  assert.equal(await keepCertificate(own.layout, gateway, Date.now()), true);
  assert.equal(await keepCertificate(own.layout, gateway, Date.now()), false);
});

test('whoever trusts the authority can talk to a server with the certificate', async () => {
  await using own = await ownLayout();
  const files = certificateFiles(own.layout);
  await keepCertificate(own.layout, gateway, Date.now());
  const [key, cert, ca] = await Promise.all(
    [files.key, files.certificate, files.authority].map(async (file) => await readFile(file)),
  );
  assert.ok(key !== undefined && cert !== undefined && ca !== undefined);
  const server = createServer({ key, cert }, (_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const call = request({ host: '127.0.0.1', port, ca, agent: false }).end();
    const [response] = (await once(call, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    response.resume();
    assert.equal(response.statusCode, 200);
  } finally {
    server.close();
  }
});
