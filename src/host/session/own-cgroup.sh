# For keeper.sh: a control group for each desktop, below that of stationmaster-desktops.service. A sign-in's processes lie in a scope of
# logind's, which systemd ends at the same time as everything else when the computer goes down; a desktop must live until it is
# saved. Nothing happens where systemd does not run it, or has control groups of the older kind.

desktops_cgroup=/sys/fs/cgroup/system.slice/stationmaster-desktops.service

# Moves the shell that calls it, and so whatever it starts or becomes. Not to be called where a pipe or $(…) makes another one.
#   enter_own_cgroup RUN-FOLDER
enter_own_cgroup() {
  case $1 in /run/stationmaster/sessions/*) ;; *) return 0 ;; esac
  [ -d "$desktops_cgroup" ] || return 0
  mkdir -p "$desktops_cgroup/${1##*/}" || return 0
  # 0 is the writer.
  echo 0 >"$desktops_cgroup/${1##*/}/cgroup.procs" || return 0
}

# When all its processes are gone.
remove_own_cgroup() {
  rmdir "$desktops_cgroup/${1##*/}" || :
}
