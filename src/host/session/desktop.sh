# A session's own script, run as the person: X server, then the desktop, until either ends. `environment` has the variables
# and, as positional parameters, the desktop's command. Exit codes: see endings in real-desktops.ts.
readonly desktop_ended=40 x_server_died=41 x_server_failed=42

run=$1
. "$run/runtime/environment"
exec >/tmp/desktop.log 2>&1
cd || cd /

# Signals that come while the shell attends to one spoil exit status and `return` of what it runs: only what was read counts.
look_at() {
  stat=''
  read -r stat 2>/dev/null <"/proc/$1/stat"
  case ${stat##*) } in '' | Z* | X*) state=ended ;; *) state=alive ;; esac
}

others() {
  read -r self stat </proc/self/stat
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    case $pid in 1 | "$$" | "$self" | "$x_server") continue ;; esac
    look_at "$pid"
    case $state in alive) echo "$pid" ;; esac
  done
}

# Asks the programs to end while the X server still stands, and gives them three seconds.
finish() {
  trap - CHLD
  trap '' TERM
  kill -TERM $(others) 2>/dev/null
  # For the host: the keeper of a session that was restored cannot tell it how the init ended.
  echo "ended $1"
  patience=30
  while [ "$patience" -gt 0 ] && [ -n "$(others)" ]; do
    sleep 0.1
    patience=$((patience - 1))
  done
  exit "$1"
}

on_child() {
  look_at "$x_server"
  case $state in ended) finish "$x_server_died" ;; esac
  case $desktop in '') ;; *)
    look_at "$desktop"
    case $state in ended) finish "$desktop_ended" ;; esac
    ;;
  esac
}

x_server='' desktop=''
# It listens at its abstract name too, which all sessions share: X programs try that first, and nobody else shall have it.
mkfifo "$XDG_RUNTIME_DIR/x-ready" || exit "$x_server_failed"
env --default-signal Xvnc "$DISPLAY" -displayfd 3 -rfbunixpath "$run/pixels/rfb" -rfbunixmode 0660 -rfbport -1 \
  -SecurityTypes None -FrameRate "$frame_rate" -AlwaysShared -AcceptSetDesktopSize=1 -geometry "$geometry" -depth 24 \
  -auth "$XAUTHORITY" -nolisten tcp -noreset -s 0 -desktop "$title" 3>"$XDG_RUNTIME_DIR/x-ready" &
x_server=$!
read -r number <"$XDG_RUNTIME_DIR/x-ready" || exit "$x_server_failed"
rm -f "$XDG_RUNTIME_DIR/x-ready"

trap on_child CHLD
trap 'finish "$desktop_ended"' TERM

# What the person's profile exports, unless it fails in sh.
profile=$(sh -c '{ . /etc/profile; [ ! -r "$HOME/.profile" ] || . "$HOME/.profile"; } >/dev/null; export -p' sh) &&
  eval "$profile"

# The desktop would start one itself, with another group, which cannot be saved everywhere.
if [ -z "${SSH_AUTH_SOCK-}" ] && command -v ssh-agent >/dev/null; then
  eval "$(setpriv --no-new-privs ssh-agent -s)"
fi

env --default-signal dbus-run-session -- "$@" &
desktop=$!
on_child
while :; do wait; done
