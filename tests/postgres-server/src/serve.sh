# Runs a PostgreSQL server in a new directory until standard input ends, and leaves nothing behind.
#
# Arguments: the directory of PostgreSQL's programs, the directory to work in, options of the server.
# Prints the directory of the server's socket once it answers.
set -eu
programs=$1
work=$2
shift 2
home=$(mktemp -d "$work/slotledger-pg-XXXXXX")
server=
clean_up() {
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true
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

"$programs/initdb" --pgdata "$home/data" --username postgres --auth trust --encoding UTF8 --no-locale --no-sync \
    >"$home/log" 2>&1 || fail
"$programs/postgres" -D "$home/data" -k "$home" -c listen_addresses= "$@" </dev/null >>"$home/log" 2>&1 &
server=$!
until "$programs/pg_isready" --quiet --host "$home"; do
    kill -0 "$server" 2>/dev/null || fail
    sleep 0.1
done
echo "$home"
cat >/dev/null
