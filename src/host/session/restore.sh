# Makes a saved session run again, as a child of the keeper whose child this is. Runs as root in a mount namespace of its own, which
# goes with it.
#   restore.sh RUN-FOLDER ROOT-FOLDER
set -eu
run=$1 root=$2
umask 022
mount --bind / "$root"

# Places in the person's own home are bound where nobody else can put links.
while IFS= read -r place && IFS= read -r stage; do
  exec 3<"$place" 4<"$stage"
  [ "$(readlink /proc/self/fd/3)" = "$place" ] && [ "$(readlink /proc/self/fd/4)" = "$stage" ]
  mount --no-canonicalize --bind /proc/self/fd/3/. /proc/self/fd/4/.
  exec 3<&- 4<&-
done <"$run/restore-own"

set --
while IFS= read -r word; do set -- "$@" "$word"; done <"$run/restore"
exec "$@"
