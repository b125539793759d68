// Why a computer cannot hold sessions to limits, in words for the command line.
import type { SessionLimitsFault } from '#contract/values.ts';

export const sessionLimitsTexts: Readonly<Record<SessionLimitsFault, string>> = {
  'control-groups-old': 'its kernel manages control groups in the older way (version 1)',
  'no-unit': 'systemd does not look after the sessions there (stationmaster-desktops.service)',
  'no-controllers': 'its system does not let stationmaster-desktops.service limit memory, processor and processes',
  'group-in-use': 'that needs systemd 254 or later, and after an update a restart of the computer',
  'not-written': 'writing the limits of a session failed; the log of the host says why',
};
