#!/usr/bin/env bash
# Compares CPU time and throughput of GET, create, resolve and a tenant's first write of two builds of Tacit. Each round measures both builds, in changing order.
# The machine's speed drifts less within a round than between two runs, so the result is the ratio new / old of a round: its median, and
# the interval from the second lowest to the second highest, which contains the true median with a probability of 96 % for 9 rounds.
#   test/bench/compare.sh OLD NEW [ROUNDS]       e.g. test/bench/compare.sh /tmp/tacit-before build/release/bin/tacit
# Environment: BENCH_SECONDS (3) per row, BENCH_CONNECTIONS (64), BENCH_THREADS (the number of cores), BENCH_FIRST_RATE (6000): so many
# first writes a second are prepared, with a token and a key pair for each.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"
# shellcheck source=test/bench/load.sh
source "$repository/test/bench/load.sh"

[ $# -ge 2 ] || fail "usage: test/bench/compare.sh OLD NEW [ROUNDS]"
declare -A builds=([old]=$(realpath "$1") [new]=$(realpath "$2"))
rounds=${3:-9}
seconds=${BENCH_SECONDS:-3}
connections=${BENCH_CONNECTIONS:-64}
threads=${BENCH_THREADS:-$(nproc)}
# shellcheck disable=SC2034 # used by load.sh
first_rate=${BENCH_FIRST_RATE:-6000}
quiet=yes
baseline=

cleanup() {
  stop_server || true
  rm -rf "$directory"
}

# Each build makes its own installation, so that both do the same work on stores of the same size.
make_installation() { # build
  tacit=${builds[$1]}
  mkdir -p "$directory/$1"
  make_state "$directory/$1"
  sed -i 's/^\(api\|tool\)-listen = .*/\1-listen = 127.0.0.1:0/' "$state/tacit.conf"
  printf '%s\n' "threads = $threads" "max-connections = 4096" "request-rate = 0" "access-log = off" >>"$state/tacit.conf"
  "$tacit" quota set "$user" 1000000000000 --config "$state/tacit.conf" >/dev/null
  # An older build has no limit of the number.
  "$tacit" limits set "$user" --secrets 1000000000 --config "$state/tacit.conf" >/dev/null 2>&1 || true
  use_first_writes
  cat "$state/runtime.pem" "$state/runtime.key" >"$state/runtime-both.pem"
  printf '{"user_id": "%s", "tool_name": "agno__linear__tool_20"}' "$user" >"$state/resolve.json"
  start_server
  local number
  for number in $(seq 20); do
    curl --silent --show-error --fail --cacert "$state/servers-ca.pem" -H "@$state/api-key.header" -H 'Content-Type: application/json' \
      --output "$state/answer" "https://127.0.0.1:$api_port/api/v1/secrets/" --data "{\"secret_name\": \"secret $number\", \
      \"secret_value\": \"a value of the usual length 0123456789\", \"tool_name\": \"agno__linear__tool_$number\", \"tool_arg\": \"api_key\", \
      \"is_default_for_tool\": true}"
  done
  stop_server
}

measure() { # build, round
  tacit=${builds[$1]}
  state=$directory/$1
  configuration=$state/tacit.conf
  prepare_first_writes "$seconds"
  start_server
  local api=https://127.0.0.1:$api_port header id
  header=$(cat "$state/api-key.header")
  id=$(jq -r .secret_id "$state/answer")
  measure_row "$1" "$2" get with_wrk "$api/api/v1/secrets/$id" "$header"
  measure_row "$1" "$2" resolve with_ab "https://127.0.0.1:$tool_port/tool/v1/resolve"
  BENCH_CREATE=1 measure_row "$1" "$2" create with_wrk "$api/api/v1/secrets/" "$header"
  measure_row "$1" "$2" first with_first_writes "$api/api/v1/secrets/"
  stop_server
}

measure_row() { # build, round, what, load …
  row "$connections" "$3, $1" "$server" "${@:4}"
  awk -v build="$1" -v round="$2" -v what="$3" -v cpu="$cpu" -v rate="$(awk "BEGIN {print $requests / $elapsed}")" \
    'BEGIN {print what, round, build, cpu, rate}' >>"$directory/figures"
}

# Prints the median and the interval of the ratios new / old of one column.
ratios() { # what, column
  awk -v what="$1" -v column="$2" '$1 == what {at[$2, $3] = $column; seen[$2]} END {for (round in seen) print at[round, "new"] / at[round, "old"]}' \
    "$directory/figures" | sort -g | awk '{ratio[NR] = $1} END {
      low = NR > 2 ? 2 : 1
      printf "%.3f (%.3f to %.3f)", (ratio[int((NR + 1) / 2)] + ratio[int(NR / 2) + 1]) / 2, ratio[low], ratio[NR + 1 - low]}'
}

mkdir -p "$repository/var"
directory=$(mktemp -d "$repository/var/compare-XXXXXX")
trap cleanup EXIT
trap 'exit 130' INT TERM
api_port=0
tool_port=0
make_installation old
make_installation new
echo "$rounds rounds, $connections connections, $seconds s a row, $threads threads on $(nproc) cores"
print_heading
for round in $(seq "$rounds"); do
  if [ $((round % 2)) = 1 ]; then order="old new"; else order="new old"; fi
  for build in $order; do measure "$build" "$round"; done
done
echo
echo "new / old, the median of $rounds rounds:"
for what in get resolve create first; do
  printf '  %-8s CPU time of a request %s   requests/s %s\n' "$what" "$(ratios "$what" 4)" "$(ratios "$what" 5)"
done
