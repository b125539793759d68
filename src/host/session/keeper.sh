# Keeps a desktop: what a sign-in worker becomes. Runs as root, outside; its parent may go at any time.
# The host reads the FIFO `alive`: while this process lives, somebody holds it open for writing. Where the folder has `restore`,
# the desktop is made from its image instead of anew.
#   keeper.sh RUN-FOLDER STATE-FOLDER UID GID FIRST-PID PAM-SERVICE NODE NODE-CACHE CLOSE-SCRIPT SCRIPTS-FOLDER

. "${0%/*}/own-cgroup.sh"

# Puts the init's number and start (field 22) where the host looks for them, whole.
tell_init() {
  stat=''
  read -r stat 2>/dev/null <"/proc/$init/stat"
  case $stat in '') return 1 ;; esac
  set -- ${stat##*) }
  started=${20}
  echo "$init $started" >"$run/init.new" && mv "$run/init.new" "$run/init"
}

# Signals that come while the shell attends to one spoil exit status and `return` of what it runs: only what was read counts.
look_at_init() {
  stat=''
  read -r stat 2>/dev/null <"/proc/$init/stat"
  set -- ${stat##*) }
  case "$1 ${20-}" in [!ZX]" $started") state=alive ;; *) state=ended ;; esac
}

# By `loginctl terminate-session`, or when the computer goes down and all is saved that could be: the programs are asked to end
# while their X server stands.
end_desktop() {
  pid=''
  read -r pid begun 2>/dev/null <"$run/init"
  case $pid in '') ;; *)
    init=$pid started=$begun
    look_at_init
    case $state in alive) kill -TERM "$init" ;; esac
    ;;
  esac
}

# The restored init is a child of this process, but none that the shell knows of and could wait for.
restore() {
  mkfifo "$run/wake"
  exec 4<>"$run/wake"
  trap 'echo >&4' CHLD
  (trap - HUP; enter_own_cgroup "$run"; exec unshare --mount --propagation private -- \
    sh "$scripts/restore.sh" "$run" "$state/root" 3>&- 4>&- 9>&-) || return
  read -r init <"$run/restored" || :
  tell_init || return
  while :; do
    look_at_init
    case $state in ended) break ;; esac
    read -r _ <&4
  done
}

main() {
  run=$1 state=$2 uid=$3 gid=$4 first=$5 service=$6 node=$7 cache=$8 close=$9
  shift 9
  scripts=$1
  exec </dev/null >/dev/null 2>&1
  cd /
  if [ -p "$run/alive" ]; then
    exec 3<>"$run/alive"
    echo keeper >&3
    # PAM may have set one for the person that lets everybody write; what root writes here must not depend on it.
    mask=$(umask)
    umask 022
    # systemd sends a sign-in's processes both.
    trap '' HUP
    trap end_desktop TERM
    if [ -e "$run/restore" ]; then
      restore
      code=$?
    else
      (trap - HUP; enter_own_cgroup "$run"; exec unshare --fork --pid --ipc --mount -- \
        setsid sh "$scripts/inside.sh" "$run" "$state" "$uid" "$gid" "$first" "$scripts" "$mask" 3>&- 9>&-) &
      desktop=$!
      # In the background, as a trap waits for what is not; it ends the waiting as well.
      while :; do
        wait "$desktop"
        code=$?
        stat=''
        read -r stat 2>/dev/null <"/proc/$desktop/stat"
        case $stat in '') break ;; esac
      done
    fi
    echo "$code" >"$run/exit.new" && mv "$run/exit.new" "$run/exit"
  fi
  umask 022
  remove_own_cgroup "$run"
  # A module that hangs must not keep the session from ending.
  NODE_COMPILE_CACHE=$cache timeout --signal=KILL 20 \
    "$node" --disable-warning=ExperimentalWarning "$close" "$run" "$service"
}

# The whole file is read before anything runs, so that it may be replaced meanwhile.
main "$@"; exit
