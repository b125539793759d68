// Which file systems of the computer a session's own tree of mounts has, besides the root and what every session gets new.
import { lstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The session has its own of these, or the outer one without what is mounted below it. */
const ownPlaces = ['/proc', '/sys', '/dev', '/run', '/tmp'];

/** Kernel interfaces, not files that a person works with. Memory disks only count where the home folder lies on them. */
const notForPeople = new Set(
  (
    'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc ' +
    'pstore ramfs rpc_pipefs securityfs squashfs sysfs tmpfs tracefs'
  ).split(' '),
);

/** Accounts and groups below are the system's own. */
const firstPersonsId = 1000;

function isBelow(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** /proc/PID/mountinfo writes blanks and the like as octal numbers. */
export function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The mount points to bind, outer ones first, out of the text of /proc/self/mountinfo, for a person with this home folder. */
export function placesToBindOf(mountinfo: string, home: string): string[] {
  const places = new Set<string>();
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const place = unescaped(fields[4] ?? '');
    const type = fields[fields.indexOf('-') + 1] ?? '';
    if (place === '' || place === '/' || place.includes('\n')) continue;
    if (ownPlaces.some((own) => isBelow(place, own))) continue;
    if (notForPeople.has(type) && !isBelow(home, place)) continue;
    places.add(place);
  }
  return [...places].sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
}

/** True if only the computer's administration can move the place or put a link there. */
export function isSettled(place: string): boolean {
  for (let folder = dirname(place); ; folder = dirname(folder)) {
    try {
      const { mode, uid, gid } = lstatSync(folder);
      const groupWrites = (mode & 0o020) !== 0 && gid >= firstPersonsId;
      if (uid >= firstPersonsId || (mode & 0o002) !== 0 || groupWrites) return false;
    } catch {
      return false;
    }
    if (folder === '/') return true;
  }
}

/**
 * The mount points to bind as they are now: `settled` ones by their names; those in the home folder, which the person can
 * move and replace, with care. What lies in folders of other people is left out.
 */
export function placesToBind(home: string): { settled: string[]; own: string[] } {
  const places = placesToBindOf(readFileSync('/proc/self/mountinfo', 'utf8'), home);
  const settled = places.filter(isSettled);
  return { settled, own: places.filter((place) => !settled.includes(place) && isBelow(place, home)) };
}
