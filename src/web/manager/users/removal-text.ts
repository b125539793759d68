// How far the removal of an account is, and what became of its files, in words.
import type { AccountRemoval } from '#contract/values.ts';
import type { RemovalPhase } from '#model/account.ts';
import { i18n, msg } from '../../shared/i18n.ts';

const phaseTexts: Readonly<Partial<Record<RemovalPhase, string>>> = {
  closing: msg('Sessions are being ended…'),
  packing: msg('The files are being packed up…'),
  removing: msg('The account is being removed…'),
  clearing: msg('The files are being deleted…'),
};

/** The part of the files that is packed up, 0 to 1; null where it is not known. */
export function packedPart({ phase, doneBytes, totalBytes }: AccountRemoval): number | null {
  return phase === 'packing' && totalBytes !== null && totalBytes > 0 ? doneBytes / totalBytes : null;
}

export function phaseText(removal: AccountRemoval): string {
  return i18n._(phaseTexts[removal.phase] ?? msg('Please wait…'));
}

/** What there is to know once it is done. */
export function removedText({ user, files, archive, left }: AccountRemoval): string {
  if (archive !== null && left !== null) {
    return i18n._('{user} is deleted. The files are packed up in {place}; what could not be deleted is still in {left}.', {
      user,
      place: archive,
      left,
    });
  }
  if (archive !== null)
    return i18n._('{user} is deleted. The files are packed up in {place}; the home folder is gone.', { user, place: archive });
  if (left === null) return i18n._('{user} is deleted, and there are no files left.', { user });
  if (files === 'keep') return i18n._('{user} is deleted. The files are still in {place}.', { user, place: left });
  return i18n._('{user} is deleted. Some files could not be deleted and are still in {place}.', { user, place: left });
}
