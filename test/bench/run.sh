#!/usr/bin/env bash
# Measures Tacit beside nginx, LMDB and P-256 on this machine: rounds that alternate between them under the same
# conditions (certificate, TLS 1.3, persistent connections, threads, size of the body). Prints the median of the rounds
# with the least and the most, and ratios within a round, which a machine that is slower for a while changes the least.
# The load generator shares the cores with the servers; it has the least influence on CPU time per request.
#   test/bench/run.sh [--quick] [--rounds N] [--only ROW[,ROW…]] [--json FILE] [--plot FILE] [--check|--record]
# --quick: the rows of CI, in 2 minutes instead of 10. --only: these rows; rows.sh names them. --json, --plot: writes
# the results, and a drawing of the ratios as SVG. --check: fails if a ratio is beyond 1.5 times the recorded one of
# ratios.json; --record writes that file.
# Environment: TACIT, a ready program (default: builds the tree's); BENCH_SECONDS, of a measurement; BENCH_THREADS (the
# number of cores).
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=$repository/test/bench
# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"
# shellcheck source=test/bench/servers.sh
source "$bench/servers.sh"
# shellcheck source=test/bench/machine.sh
source "$bench/machine.sh"
# shellcheck source=test/bench/measure.sh
source "$bench/measure.sh"
# shellcheck source=test/bench/rows.sh
source "$bench/rows.sh"

quiet=yes
threads=${BENCH_THREADS:-$(nproc)}
load_threads=$threads

read_arguments() {
  quick=no only='' json='' plot='' judge=none rounds=3
  while [ $# -gt 0 ]; do
    case $1 in
      --quick) quick=yes ;;
      --rounds) rounds=$2 && shift ;;
      --only) only=$2 && shift ;;
      --json) json=$2 && shift ;;
      --plot) plot=$2 && shift ;;
      --check | --record) judge=${1#--} ;;
      *) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 2 ;;
    esac
    shift
  done
}

choose() {
  rows=("${all_rows[@]}")
  seconds=${BENCH_SECONDS:-3} warm_up=0.5 idle_connections=5000 deletes_each=12000 many=1000 hostile=10000
  if [ "$quick" = yes ]; then
    rows=("${quick_rows[@]}")
    seconds=${BENCH_SECONDS:-1} warm_up=0.3 idle_connections=1000 many=64 hostile=0
  fi
  prefill=20000
  if [ -n "$only" ]; then IFS=, read -ra rows <<<"$only"; fi
  local row
  for row in "${rows[@]}"; do
    [[ " ${all_rows[*]} " = *" $row "* ]] || fail "there is no row $row; there are: ${all_rows[*]}"
  done
}

prepare() {
  build bench-load lmdb-loop p256-base
  load=$programs/bench-load
  make_installation
  make_tokens
  restart_tacit off
  fill_store "$many"
  make_hostile "$hostile"
  start_nginx
  samples=$state/samples
  : >"$samples"
  [ "$(cipher "$api_port")" = "$(cipher "$nginx_port")" ] ||
    fail "Tacit speaks $(cipher "$api_port"), nginx $(cipher "$nginx_port")"
}

describe() { # load average before
  jq --null-input --arg version "$("$tacit" --version)" \
    --arg nginx "$(/usr/sbin/nginx -v 2>&1 | sed 's/.*nginx/nginx/')" --arg processor "$(processor)" \
    --argjson cores "$(nproc)" --argjson mhz "$(frequency)" --argjson before "$1" \
    --argjson after "$(load_average)" --argjson threads "$threads" --argjson seconds "$seconds" \
    --argjson rounds "$rounds" --arg cipher "$(cipher "$api_port")" --argjson body "$(stat --format=%s "$state/body")" \
    --argjson idle "$idle_connections" --arg date "$(date -u +%F)" \
    '{version: $version, nginx: $nginx, date: $date, threads: $threads, seconds: $seconds, rounds: $rounds,
      cipher: $cipher, body: $body, idle_connections: $idle,
      machine: {processor: $processor, cores: $cores, mhz: $mhz, load_before: $before, load_after: $after}}'
}

measure_all() {
  local row
  for round in $(seq "$rounds"); do
    echo "round $round of $rounds, after $SECONDS s: ${#rows[@]} rows" >&2
    for row in "${rows[@]}"; do measure_row "$row"; done
  done
}

report() {
  node "$bench/report.mjs" summarize "$state/run.json" "$samples" "$state/result.json"
  node "$bench/report.mjs" print "$state/result.json"
  if [ "$quick" = no ] && [ -z "$only" ]; then console_load; fi
  if [ -n "$json" ]; then cp "$state/result.json" "$json"; fi
  if [ -n "$plot" ]; then node "$bench/plot.mjs" "$state/result.json" >"$plot"; fi
  case $judge in
    record) node "$bench/report.mjs" record "$state/result.json" "$bench/ratios.json" ;;
    check) node "$bench/report.mjs" check "$state/result.json" "$bench/ratios.json" ;;
  esac
}

read_arguments "$@"
choose
if [ "$judge" = check ] && [ "$(stat --file-system --format=%T "$repository")" = tmpfs ]; then
  echo "$repository is in memory, where durable writes cost nothing"
  exit 77
fi
prepare
load_before=$(load_average)
measure_all
describe "$load_before" >"$state/run.json"
report
