// For tests and benchmarks: a certificate that signs itself, with its key, as servers want them.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const days = 365;

/** Both as PEM. */
export async function ownCertificate(name = 'localhost'): Promise<{ cert: Buffer; key: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'stationmaster-certificate-'));
  try {
    const [cert, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const files = ['-keyout', key, '-out', cert];
    await promisify(execFile)('openssl', ['req', ...kind, '-subj', `/CN=${name}`, '-days', String(days), ...files]);
    return { cert: await readFile(cert), key: await readFile(key) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
