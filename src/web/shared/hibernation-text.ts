// Why a computer cannot save sessions to disk, and what to do about it, in words.
import type { Hibernation } from '#contract/values.ts';
import { i18n, msg } from './i18n.ts';

type Fault = NonNullable<Hibernation['fault']>;

const texts: Readonly<Record<Fault, string>> = {
  'not-looked-yet': msg('It is not known yet whether this computer can save sessions to disk.'),
  'criu-missing': msg('Sessions cannot be saved to disk: the program CRIU is not installed.'),
  'criu-not-working': msg('Sessions cannot be saved to disk: the program CRIU does not work on this computer.'),
  'disk-full': msg('Sessions cannot be saved to disk: there is too little space.'),
};

/** Null where there is no fault. */
export function hibernationFaultText(fault: Fault | null): string | null {
  return fault === null ? null : i18n._(texts[fault]);
}
