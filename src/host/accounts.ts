// Linux accounts of the computer, whatever NSS knows (local, LDAP, SSSD), and the changes that the Manager makes to them.
import type { Account } from '#model/account.ts';

export interface PosixAccount extends Account {
  gid: number;
  home: string;
  shell: string;
}
