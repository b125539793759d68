#!/bin/sh
# Run by CRIU, as root outside of the session, at each step of restoring it (criu(8), --action-script). When all its processes are
# there and none runs yet, they may follow links again, see restore.sh. If this fails, so does the restore.
set -eu
[ "$CRTOOLS_SCRIPT_ACTION" = post-restore ] || exit 0

while read -r _ _ _ _ place options _; do
  case ,$options, in *,nosymfollow,*) ;; *) continue ;; esac
  others=$(echo ",$options," | sed 's/,nosymfollow,/,/; s/^,//; s/,$//')
  # From outside: no program could even be found in there. With the newer system calls, mount(8) 2.41 changes the mount out here.
  LIBMOUNT_FORCE_MOUNT2=always mount --namespace "/proc/$CRTOOLS_INIT_PID/ns/mnt" --no-canonicalize --options-mode ignore \
    -o "remount,bind,$others" "$(printf '%b' "$place")"
done <"/proc/$CRTOOLS_INIT_PID/mountinfo"
! grep -q nosymfollow "/proc/$CRTOOLS_INIT_PID/mountinfo"
