# Keeps a desktop: what a sign-in worker becomes. Runs as root, outside; its parent may go at any time.
# The host reads the FIFO `alive`: while this process lives, somebody holds it open for writing.
#   keeper.sh RUN-FOLDER STATE-FOLDER UID GID FIRST-PID PAM-SERVICE NODE NODE-CACHE CLOSE-SCRIPT SCRIPTS-FOLDER
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
    unshare --fork --pid --ipc --mount -- \
      setsid sh "$scripts/inside.sh" "$run" "$state" "$uid" "$gid" "$first" "$scripts" "$mask" 3>&-
    echo $? >"$run/exit.new" && mv "$run/exit.new" "$run/exit"
  fi
  umask 022
  # A module that hangs must not keep the session from ending.
  NODE_COMPILE_CACHE=$cache timeout --signal=KILL 20 \
    "$node" --disable-warning=ExperimentalWarning "$close" "$run" "$service"
}

# The whole file is read before anything runs, so that it may be replaced meanwhile.
main "$@"; exit
