#!/usr/bin/env bash
# Measures whether one tenant delays others: the 99th percentile of /healthz, of another tenant's GET and of a resolve, alone and
# beside 8 connections that list and glob SECRETS (100,000) secrets without a pause. The requests come at a constant rate, so that a
# stall counts for every request that it delays. The target is 2 ms above the p99 of the requests alone.
#   test/bench/fairness.sh [SECRETS]
# Environment: BENCH_SECONDS (10) per row, BENCH_RATE (200) requests per second of each kind, BENCH_THREADS (the number of cores). The
# load shares the cores with the server; the figures mean little if the machine does other work.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"

secrets=${1:-100000}
seconds=${BENCH_SECONDS:-10}
rate=${BENCH_RATE:-200}
threads=${BENCH_THREADS:-$(nproc)}
quiet=yes
large=1f0c6a52-0000-4000-8000-00000000feed
loads=()

end_loads() {
  local load
  for load in "${loads[@]}"; do
    kill -TERM "$load" 2>/dev/null || true
    wait "$load" 2>/dev/null || true
  done
  loads=()
}

cleanup() {
  end_loads
  stop_server || true
  rm -rf "$directory"
}

make_installation() {
  tacit=${TACIT:-$repository/build/release/bin/tacit}
  [ -x "$tacit" ] || fail "build it first: cmake --preset release && cmake --build --preset release"
  mkdir -p "$repository/var"
  directory=$(mktemp -d "$repository/var/fairness-XXXXXX")
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  api_port=0
  tool_port=0
  make_state "$directory"
  sed -i 's/^\(api\|tool\)-listen = .*/\1-listen = 127.0.0.1:0/' "$state/tacit.conf"
  printf '%s\n' "threads = $threads" "log-level = info" "access-log = off" "max-connections = 4096" "request-rate = 0" >>"$state/tacit.conf"
  local limit
  for limit in "quota set --tenant $large 1000000000000" "limits set --tenant $large --secrets 1000000000"; do
    # An older build has no limit of the number.
    # shellcheck disable=SC2086
    "$tacit" $limit --config "$state/tacit.conf" >/dev/null 2>&1 || true
  done
  printf 'x-api-key: %s\n' "$("$tacit" api-key create --tenant "$large" --name bench --config "$state/tacit.conf" 2>/dev/null)" \
    >"$state/large.header"
}

# Like a client that reads whole responses: curl repeats requests on one connection, at the lowest priority, because its own work is
# not part of the measurement.
start_load() { # url
  setpriv --pdeathsig TERM nice -n 19 curl --silent --cacert "$state/servers-ca.pem" -H "@$state/large.header" --output /dev/null \
    "$1&round=[1-1000000]" &
  loads+=($!)
}

start_loads() {
  local list="https://127.0.0.1:$api_port/api/v1/secrets/" number
  for number in 1 2 3 4; do
    start_load "$list?list=$number"
    start_load "$list?limit=1&tool_name=*zz*&glob=$number"
  done
}

probe() { # what is beside it
  BENCH_API=$api_port BENCH_TOOLS=$tool_port node "$repository/test/bench/fairness.mjs" measure "$state" "$seconds" "$rate" "$user" "$1"
}

make_installation
start_server
echo "$("$tacit" --version): storing $secrets secrets of one tenant, and one of another"
BENCH_API=$api_port node "$repository/test/bench/fairness.mjs" fill "$state" "$secrets" "$user"
echo "$threads threads on $(nproc) cores; $rate requests a second of each kind for $seconds s; p50, p99 and max in ms"
printf '%-34s %23s %23s %23s\n' "" "/healthz" "GET of another tenant" "resolve"
probe "alone"
start_loads
sleep 2
probe "beside 8 lists and globs"
end_loads
