# First process in a session's own PID, IPC and mount namespace, still root: builds the session's tree of mounts, says who
# it is, and becomes the session's init as the person. The shape is what CRIU can save to disk later: one process tree, few
# mounts, nothing open from outside.
#   inside.sh RUN-FOLDER STATE-FOLDER UID GID FIRST-PID SCRIPTS-FOLDER
main() {
  set -e
  run=$1 state=$2 uid=$3 gid=$4 first=$5 scripts=$6
  root=$state/root
  desktop=$(cat "$scripts/desktop.sh")

  # /proc is still the outer one: our PID there, and when we started (field 22).
  read -r stat </proc/self/stat
  pid=${stat%% *}
  set -- ${stat##*) }
  echo "$pid ${20}" >"$run/init.new"
  mv "$run/init.new" "$run/init"

  mount --bind / "$root"
  while IFS= read -r place; do
    mount --bind "$place" "$root$place" || :
  done <"$run/mounts"
  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  for place in /sys /dev /dev/pts /run; do
    mount --bind "$place" "$root$place"
  done
  mount -t tmpfs -o mode=1777,nosuid,nodev shm "$root/dev/shm"
  mount --bind "$state/tmp" "$root/tmp"

  # Sockets with abstract names are shared by all sessions, and some carry a PID: sessions count theirs from different numbers.
  (echo "$first" >"$root/proc/sys/kernel/ns_last_pid") || :

  mkdir "$root/tmp/.old"
  cd "$root"
  pivot_root . tmp/.old
  cd /
  umount -l /tmp/.old
  rmdir /tmp/.old
  exec </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- \
    setpriv --reuid "$uid" --regid "$gid" --keep-groups --inh-caps=-all \
    tini -- sh -c "$desktop" stationmaster-desktop "$run"
}

main "$@"; exit
