// What is mounted in a session, as saving it sees it: what CRIU writes itself, what comes from outside, what it knows nothing of.
import { textIn } from './session-processes.ts';

export interface SessionMount {
  place: string;
  /** Comes from outside: bound again at the restore. */
  external: boolean;
  /** The person's programs have mounted it in the session: it cannot be saved. */
  foreign: boolean;
  /** A view that a helper of the desktop offers and makes again when it is needed: taken away before saving. */
  helper: boolean;
}

/** What CRIU makes anew, its content included. */
const remade = /^(?:proc|tmpfs|devpts)$/;
const helpers = /^fuse\.(?:gvfsd-fuse|portal)$/;
const userMade = /^fuse(?:blk|\.|$)/;

/** /proc/PID/mountinfo writes blanks and the like as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** What is mounted for this process beside the root, in the order in which it was mounted. */
export function sessionMounts(pid: number): SessionMount[] {
  const mounts: SessionMount[] = [];
  const inHand = new Set(
    textIn('/proc/self/mountinfo')
      .split('\n')
      .map((line) => line.split(' ')[2]),
  );
  for (const line of textIn(`/proc/${pid}/mountinfo`).split('\n')) {
    const fields = line.split(' ');
    const place = unescaped(fields[4] ?? '');
    if (place === '' || place === '/') continue;
    const type = fields[fields.indexOf('-') + 1] ?? '';
    const own = !inHand.has(fields[2]);
    const helper = own && helpers.test(type);
    const foreign = own && !helper && userMade.test(type);
    mounts.push({ place, external: !own || !remade.test(type), foreign, helper });
  }
  return mounts;
}
