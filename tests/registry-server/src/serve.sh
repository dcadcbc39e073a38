# Runs an OCI registry in a new directory until standard input ends, and leaves nothing behind.
#
# Arguments: the registry's program, and a line of an htpasswd file, or nothing to let everybody in.
# Prints the registry's address once it listens.
set -eu
program=$1
account=$2
home=$(mktemp -d "${TMPDIR:-/tmp}/slotledger-registry-XXXXXX")
server=
clean_up() {
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$home"
}
fail() {
    tail -n 20 "$home/log" >&2
    exit 1
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

cat >"$home/config.yml" <<END
version: 0.1
log:
  level: info
storage:
  filesystem:
    rootdirectory: $home/data
http:
  addr: 127.0.0.1:0
END
if [ -n "$account" ]; then
    printf '%s\n' "$account" >"$home/accounts"
    printf 'auth:\n  htpasswd:\n    realm: registry\n    path: %s\n' "$home/accounts" >>"$home/config.yml"
fi
OTEL_TRACES_EXPORTER=none "$program" serve "$home/config.yml" </dev/null >"$home/log" 2>&1 &
server=$!
# The port is the system's choice; the log names it.
address=
while [ -z "$address" ]; do
    kill -0 "$server" 2>/dev/null || fail
    address=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$home/log" | head -n 1)
    [ -n "$address" ] || sleep 0.1
done
echo "$address"
cat >/dev/null
