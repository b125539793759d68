# First process in a session's own PID, IPC and mount namespace, still root: builds the session's tree of mounts, says who
# it is, and becomes the session's init as the person. The shape is what CRIU can save to disk later: one process tree, few
# mounts, nothing open from outside.
#   inside.sh RUN-FOLDER STATE-FOLDER UID GID FIRST-PID SCRIPTS-FOLDER UMASK

# Binds what is open as 3 at what is open as 4, if both are where their names say: a person may meanwhile have put links in
# their own folders.
bind_open() {
  [ "$(readlink /proc/self/fd/3)" = "$1" ] && [ "$(readlink /proc/self/fd/4)" = "$root$1" ] &&
    mount --no-canonicalize --bind /proc/self/fd/3/. /proc/self/fd/4/.
}

main() {
  set -e
  run=$1 state=$2 uid=$3 gid=$4 first=$5 scripts=$6 mask=$7
  root=$state/root
  desktop=$(cat "$scripts/desktop.sh")

  # /proc is still the outer one: our PID there, and when we started (field 22).
  read -r stat </proc/self/stat
  pid=${stat%% *}
  set -- ${stat##*) }
  echo "$pid ${20}" >"$run/init.new"
  mv "$run/init.new" "$run/init"
  # The host is spared when memory runs short; a person's programs are not.
  (echo 0 >"/proc/$pid/oom_score_adj") || :

  mount --bind / "$root"
  while IFS= read -r place; do
    mount --bind "$place" "$root$place" || :
  done <"$run/mounts"
  while IFS= read -r place; do
    bind_open "$place" 3<"$place" 4<"$root$place" || :
  done <"$run/own-mounts"
  mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  mount --bind /sys "$root/sys"
  mount --bind /dev "$root/dev"
  # Terminals of the session's own: at a restore each must have the number that it had, whoever has opened terminals by then.
  mount -t devpts -o newinstance,gid=5,mode=0620,ptmxmode=0666,nosuid,noexec devpts "$root/dev/pts"
  mount --bind /run "$root/run"
  mount -t tmpfs -o mode=1777,nosuid,nodev shm "$root/dev/shm"
  # Of limited size, as all share what /run lies on.
  mount -t tmpfs -o "mode=0700,uid=$uid,gid=$gid,size=10%,nr_inodes=100k,nosuid,nodev" runtime "$root$run/runtime"
  for file in Xauthority environment; do
    install -m 0600 -o "$uid" -g "$gid" "$run/$file" "$root$run/runtime/$file"
  done
  mount --bind "$state/tmp" "$root/tmp"

  # Sockets with abstract names are shared by all sessions, and some carry a PID: sessions count theirs from different numbers.
  (echo "$first" >"$root/proc/sys/kernel/ns_last_pid") || :

  mkdir "$root/tmp/.old"
  cd "$root"
  pivot_root . tmp/.old
  cd /
  umount -l /tmp/.old
  rmdir /tmp/.old
  umask "$mask"
  exec </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- \
    setpriv --reuid "$uid" --regid "$gid" --keep-groups --inh-caps=-all \
    tini -- sh -c "$desktop" stationmaster-desktop "$run"
}

main "$@"; exit
