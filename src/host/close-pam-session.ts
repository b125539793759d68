// Closes the PAM session of a desktop that has ended: `node close-pam-session.ts FOLDER`, run by its keeper as root.
import { readFileSync, rmSync } from 'node:fs';
import { Pam } from './pam.ts';

const [, , folder = '', service = ''] = process.argv;
const record = `${folder}/pam.json`;
const { user, environment } = JSON.parse(readFileSync(record, 'utf8')) as {
  user: string;
  environment: Record<string, string>;
};
using pam = Pam.start(service, user, () => null);
pam.describe('', 'stationmaster');
for (const [name, value] of Object.entries(environment)) pam.setEnvironment(name, value);
pam.closeSession();
pam.deleteCredentials();
rmSync(record);
