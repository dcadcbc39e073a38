# Runs a program in a chroot, with PostgreSQL's socket in it, until the program or standard input ends.
#
# It is the first process of name spaces of its own: when it ends, everything it started and mounted is gone.
# Arguments: the chroot, the directory of PostgreSQL's socket, user:group, then the program and its arguments.
set -eu
root=$1
socket=$2
who=$3
shift 3
mount --bind "$socket" "$root/run/postgresql"
exec 3<&0
chroot --userspec="$who" "$root" env -i "$@" </dev/null &
program=$!
(cat <&3 >/dev/null; kill -KILL "$program") &
wait "$program"
