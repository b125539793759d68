# Makes a saved session run again, as a child of the keeper whose child this is. Runs as root in a mount namespace of its own, which
# goes with it.
#   restore.sh RUN-FOLDER ROOT-FOLDER
set -eu
run=$1 root=$2
umask 022

# CRIU opens files as root by the names that they had, and a person may have put links there since: it must not follow any. A program
# would get what the person may not even read. restored.sh takes that back.
not_following_links() {
  mount --no-canonicalize --bind "$1" "$2"
  mount --no-canonicalize -o remount,bind,nosymfollow "$2"
}

not_following_links / "$root"

# Bound first where nobody else can put links: some are in the person's own home.
while IFS= read -r place && IFS= read -r stage; do
  exec 3<"$place"
  [ "$(readlink /proc/self/fd/3)" = "$place" ]
  not_following_links /proc/self/fd/3/. "$stage"
  exec 3<&-
done <"$run/restore-places"

set --
while IFS= read -r word; do set -- "$@" "$word"; done <"$run/restore"
exec "$@"
