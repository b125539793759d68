// What the activity tells of: every deed by its id. What is recorded must be here, and has words in every language.

export const auditActions = [
  'page.sign-in',
  'page.sign-out',
  'setup',
  'station.sign-in',
  'station.auto-logon',
  'station.enrol',
  'station.proof',
  'station.identify',
  'station.configure',
  'station.split',
  'station.unsplit',
  'station.admit',
  'station.remove',
  'station.code',
  'rooms.arrange',
  'stations.remap',
  'stations.remap-undo',
  'auto-logon.allow',
  'session.suspend',
  'session.move',
  'session.hibernate',
  'session.restore',
  'session.lost',
  'session.dismiss',
  'session.log-off',
  'session.keep',
  'session.lock',
  'session.unlock',
  'session.disconnect',
  'session.sign-out',
  'computer.suspend-all',
  'computer.log-off-all',
  'computer.hibernate-all',
  'computer.identify',
  'computer.mode',
  'computer.leave',
  'computer.stay',
  'computer.left',
  'account.create',
  'account.change',
  'account.password',
  'account.own-password',
  'account.remove',
  'settings.change',
  'alert.dismiss',
  'alert.restore',
  'token.make',
  'token.revoke',
  'token.refuse',
  'audit.export',
  'audit.verify',
  'audit.prune',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** How a list of activity that was changed does not fit: something is missing at its beginning or end, or is not as it was written. */
export const auditFaults = ['beginning', 'entry', 'end'] as const;
export type AuditFault = (typeof auditFaults)[number];

/** The outcome of a check that found the activity changed afterwards. */
export const auditChanged = 'changed';
