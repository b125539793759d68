// The computer's own certificate authority and the certificate from it, made with the openssl program and renewed in time.
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { Layout } from './layout.ts';
import { runProgram, tryProgram } from './program-run.ts';
import { writeWhole } from './whole-file.ts';
import type { FileOwner } from './whole-file.ts';

const dayMs = 86_400_000;
const authorityDays = 3650;
/** Browsers of some systems take no more than 825 days. */
const certificateDays = 820;
const renewDaysBefore = 30;

/** `host.example` and addresses by which browsers may come; link-local ones are left out, browsers cannot use them. */
export async function ownNames(): Promise<string[]> {
  const names = new Set(['localhost', hostname()]);
  // A name server that does not answer must not hold everything up.
  const full = await tryProgram('timeout', ['1', 'hostname', '--fqdn']);
  if (full.code === 0 && full.stdout.trim() !== '') names.add(full.stdout.trim());
  for (const one of Object.values(networkInterfaces()).flat()) {
    if (one !== undefined && !one.address.toLowerCase().startsWith('fe80:')) names.add(one.address);
  }
  return [...names].filter((name) => /^[A-Za-z0-9._:-]+$/.test(name)).toSorted();
}

/** Names as a certificate has them; IPv6 addresses are written in many ways there, so in one. */
function canonical(name: string): string {
  if (isIP(name) !== 6) return name.toLowerCase();
  return new URL(`http://[${name}]/`).hostname.slice(1, -1);
}

function namesIn(certificate: X509Certificate): Set<string> {
  const entries = (certificate.subjectAltName ?? '').split(', ');
  return new Set(entries.map((entry) => canonical(entry.slice(entry.indexOf(':') + 1))));
}

/** The certificate in a PEM file (the first one), null if there is none that can be read. */
export async function certificateIn(file: string): Promise<X509Certificate | null> {
  try {
    return new X509Certificate(await readFile(file));
  } catch {
    return null;
  }
}

export function expiresAt(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

interface CertificateFiles {
  authority: string;
  authorityKey: string;
  certificate: string;
  key: string;
}

export function certificateFiles(layout: Layout): CertificateFiles {
  const folder = layout.places.certificateDir;
  return {
    authority: `${folder}/ca.crt`,
    authorityKey: `${folder}/ca.key`,
    certificate: `${folder}/server.crt`,
    key: `${folder}/server.key`,
  };
}

async function makeKey(): Promise<string> {
  return await runProgram('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
}

const authorityProfile = `[req]
distinguished_name = name
prompt = no
x509_extensions = authority
[name]
CN = @
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
`;

async function makeAuthority(files: CertificateFiles, work: string): Promise<X509Certificate> {
  await writeWhole(files.authorityKey, await makeKey(), 0o600);
  // A name longer than 64 characters is no common name.
  const name = `Stationmaster on ${hostname()}`.slice(0, 64).replaceAll(/[^A-Za-z0-9 ._-]/g, '-');
  await writeFile(`${work}/authority.cnf`, authorityProfile.replace('@', name));
  const args = [
    '-new',
    '-sha256',
    '-days',
    String(authorityDays),
    '-key',
    files.authorityKey,
    '-config',
    `${work}/authority.cnf`,
  ];
  const pem = await runProgram('openssl', ['req', '-x509', ...args]);
  await writeWhole(files.authority, pem, 0o644);
  return new X509Certificate(pem);
}

async function makeCertificate(
  files: CertificateFiles,
  names: readonly string[],
  days: number,
  work: string,
  gateway: FileOwner,
): Promise<void> {
  const keyPem = await makeKey();
  await writeFile(`${work}/server.key`, keyPem, { mode: 0o600 });
  const alternative = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(', ');
  await writeFile(
    `${work}/server.cnf`,
    `basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${alternative}
`,
  );
  const subject = `/CN=${hostname()
    .slice(0, 64)
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')}`;
  const request = await runProgram('openssl', ['req', '-new', '-sha256', '-key', `${work}/server.key`, '-subj', subject]);
  await writeFile(`${work}/server.csr`, request);
  const authority = ['-CA', files.authority, '-CAkey', files.authorityKey, '-set_serial', `0x${serialNumber()}`];
  const profile = ['-days', String(days), '-sha256', '-extfile', `${work}/server.cnf`];
  const pem = await runProgram('openssl', ['x509', '-req', '-in', `${work}/server.csr`, ...authority, ...profile]);
  const chain = pem + (await readFile(files.authority, 'utf8'));
  await writeWhole(files.key, keyPem, 0o640, { uid: process.getuid?.() ?? 0, gid: gateway.gid });
  await writeWhole(files.certificate, chain, 0o644);
}

/** 127 random bits, positive. */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return Buffer.from(bytes).toString('hex');
}

/**
 * Makes the authority and the certificate, or makes the certificate anew where it expires soon or lacks a name of the
 * computer. True if the certificate is a new one.
 */
export async function keepCertificate(layout: Layout, gateway: FileOwner, now: number): Promise<boolean> {
  const files = certificateFiles(layout);
  const names = await ownNames();
  const authority = await certificateIn(files.authority);
  const certificate = await certificateIn(files.certificate);
  const lasts = (one: X509Certificate, days: number): boolean =>
    expiresAt(one) - now > days * dayMs && Date.parse(one.validFrom) <= now;
  const authorityKeyThere = (await readFile(files.authorityKey).catch(() => null)) !== null;
  const authorityGood = authority !== null && authorityKeyThere && lasts(authority, renewDaysBefore);
  if (authorityGood && certificate !== null && lasts(certificate, renewDaysBefore) && certificate.checkIssued(authority)) {
    const named = namesIn(certificate);
    const keyThere = await readFile(files.key).catch(() => null);
    if (keyThere !== null && names.every((name) => named.has(canonical(name)))) return false;
  }
  const work = await mkdtemp(`${layout.places.certificateDir}/.new-`);
  try {
    // Devices trust the authority, so it stays as long as it can, and no certificate outlives it.
    const issuer = authorityGood ? authority : await makeAuthority(files, work);
    const days = Math.min(certificateDays, Math.floor((expiresAt(issuer) - now) / dayMs));
    await makeCertificate(files, names, days, work, gateway);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return true;
}
