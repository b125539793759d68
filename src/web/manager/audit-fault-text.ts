// What is said of an activity list that was changed behind the back of Stationmaster: by its check, and by the alert.
import type { AuditFault } from '#model/audit.ts';
import { i18n } from '../shared/i18n.ts';

/** `number`: the first entry that does not fit. */
export function auditFaultText(fault: AuditFault, number: number): string {
  switch (fault) {
    case 'beginning':
      return i18n._('Entries at the beginning are missing that were not removed because of their age.');
    case 'entry':
      return i18n._(
        'Entry {number} or one just before it was changed, removed or slipped in. What follows it cannot be relied on.',
        { number },
      );
    case 'end':
      return i18n._('Entries at the end are missing, from {number} on.', { number });
  }
}
