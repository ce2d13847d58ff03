#!/usr/bin/env bash
# What Tacit makes of an etcd cluster, as ratios to a raw client of etcd over the same stubs, measured in turn in one run: three etcd
# nodes with TLS, three hosts of Tacit, and the load share this machine, so only the ratios count. Prints each with its target.
#   test/bench/cluster.sh
# Environment: BENCH_SECONDS (5) per row, BENCH_ROUNDS (3) of each comparison, BENCH_CONNECTIONS (64), BENCH_WALK (1000 thousand rows),
# BENCH_KEYS (100 revoked for the lag); TACIT_BINARY and BENCH_BASELINE, if they are built already; TACIT_TEST_ETCD, another etcd.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for part in conf/quickstart/{state,cluster_etcd,cluster} test/bench/load; do
  # shellcheck source=/dev/null
  source "$repository/$part.sh"
done

seconds=${BENCH_SECONDS:-5}
rounds=${BENCH_ROUNDS:-3}
connections=${BENCH_CONNECTIONS:-64}
walk=${BENCH_WALK:-1000}
keys=${BENCH_KEYS:-100}
tacit=${TACIT_BINARY:-}
baseline=${BENCH_BASELINE:-}
tacit_hosts=(a b c)
failures=0
etcd_other=${TACIT_TEST_ETCD:-}
# The environment reaches the servers as settings.
unset TACIT_BINARY TACIT_TEST_ETCD

host_address() { case $1 in a) echo 127.0.0.21 ;; b) echo 127.0.0.22 ;; c) echo 127.0.0.23 ;; esac; }

build() {
  "$repository/conf/packages.sh" run bench compare
  command -v go >/dev/null || "$repository/conf/packages.sh" go
  if [ -z "$tacit" ] || [ -z "$baseline" ]; then
    "$repository/conf/packages.sh" build unit
    cd "$repository"
    cmake --preset release -DTACIT_TESTS=ON >/dev/null
    cmake --build --preset release --target tacit cluster-baseline
    tacit=$repository/build/release/bin/tacit
    baseline=$repository/build/release/bin/cluster-baseline
  fi
  mkdir -p "$repository/var"
  directory=$(mktemp -d "$repository/var/bench-cluster-XXXXXX")
  trap 'stop_bench; rm -rf "$directory"' EXIT
  trap 'exit 130' INT TERM
  [ "$(stat --file-system --format=%T "$directory")" != tmpfs ] || fail "$directory is in memory: durable writes would cost nothing"
  (cd "$repository/test/cluster" && go build -o "$directory/cluster" .)
}

stop_bench() {
  local name
  for name in "${!pids[@]}"; do kill_hard "$name" 2>/dev/null || true; done
}

make_bench_host() { # host
  make_host "$1"
  sed -i '/^proxy-protocol-from/d' "$state/host-$1/tacit.conf" # nothing is in front of it
  printf '%s\n' "issuers = $state/issuers" "request-rate = 0" "failed-auth-rate = 0" "max-connections = 4096" "access-log = off" "prekey-pool = 0" \
    "secrets-default = 100000000" "quota-default = 1T" "api-keys-default = 1000000" >>"$state/host-$1/tacit.conf"
}

make_installation() {
  local host
  state=$directory/state
  mkdir -p "$state"
  chmod 700 "$state"
  local first
  first=$(free_ports)
  host_api_port=$first host_tool_port=$((first + 1)) admin_port=$((first + 2)) etcd_port=$((first + 3))
  TACIT_TEST_ETCD=$etcd_other find_etcd
  unset TACIT_TEST_ETCD
  make_certificates
  make_etcd_certificates
  make_tool_identities
  openssl rand -hex 32 | write_file issuer.secret 600
  printf '%s\n' "[https://cluster.test]" "audience = https://tacit.test" "shared-secret-file = $state/issuer.secret" >"$state/issuers"
  start_etcd
  make_etcd_roles
  for host in "${tacit_hosts[@]}"; do make_bench_host "$host"; done
  configuration=$state/host-a/tacit.conf
  make_shared_store
  # No thread of a host makes key pairs while it is measured.
  "$tacit" key prekeys --add 16 --config "$configuration" >/dev/null 2>"$state/prekeys.log" || fail "tacit key prekeys: $(cat "$state/prekeys.log")"
  for host in "${tacit_hosts[@]}"; do start "tacit-$host"; done
  for host in "${tacit_hosts[@]}"; do wait_for_host "$host"; done
  make_api_key
  cat "$state/runtime.pem" "$state/runtime.key" >"$state/runtime-both.pem"
}

# The key of another tenant, as the header that wrk sends.
other_key() { # number
  printf 'x-api-key: %s' "$("$tacit" api-key create --tenant "00000000-0000-4000-8000-00000000000$1" --name bench --config "$configuration" 2>/dev/null)"
}

fill_store() {
  curl --silent --show-error --fail --cacert "$state/servers-ca.pem" -H "@$state/api-key.header" -H 'Content-Type: application/json' \
    --connect-to "localhost:$host_api_port:$(host_address a):$host_api_port" --output "$state/answer" "https://localhost:$host_api_port/api/v1/secrets/" \
    --data '{"secret_name": "resolved", "secret_value": "a value of the usual length 0123456789", "tool_name": "agno__linear__tool_20",
      "tool_arg": "api_key", "is_default_for_tool": true}'
  secret_id=$(jq -r .secret_id "$state/answer")
  printf '{"user_id": "%s", "tool_name": "agno__linear__tool_20"}' "$user" >"$state/resolve.json"
}

# --- Rows -----------------------------------------------------------------------------------------------------------------------------

raw() { # row, at once: sets rate, p50, p99
  read -r rate p50 p99 _ < <("$baseline" "$(etcd_endpoints "")" "$state/etcd-ca.pem" "$state/etcd-as-root.pem" "$state/etcd-as-root.key" \
    "$1" "$2" "$seconds" 2>"$state/raw.log") || fail "cluster-baseline $1: $(cat "$state/raw.log")"
}

all_ticks() { # names of processes
  local name
  for name in "$@"; do cpu_ticks "${pids[$name]}"; done | awk '{sum += $1 + $2} END {print sum}'
}

# Sets rate, p50, p99, and `cost`: what a request took of host a and of etcd, and how many of them were in one Txn of host a.
loaded() { # with_wrk … | with_ab …
  local host_before etcd_before commits_before rounds_before
  host_before=$(all_ticks tacit-a) etcd_before=$(all_ticks etcd-1 etcd-2 etcd-3) commits_before=$(metric a tacit_etcd_commits_total)
  rounds_before=$(metric a tacit_etcd_rounds_total)
  "$@"
  cost=$(awk -v host=$(($(all_ticks tacit-a) - host_before)) -v etcd=$(($(all_ticks etcd-1 etcd-2 etcd-3) - etcd_before)) \
    -v commits=$(($(metric a tacit_etcd_commits_total) - commits_before)) -v requests="$requests" \
    -v rounds=$(($(metric a tacit_etcd_rounds_total) - rounds_before)) -v unit=$((1000000 / $(getconf CLK_TCK))) 'BEGIN {
      printf "CPU of the host %.0f µs, of etcd %.0f µs a request", host * unit / requests, etcd * unit / requests
      printf "; %.2f reads of etcd each", rounds / requests
      if (commits > 0) printf ", %.1f a Txn", requests / commits }')
  [ "$requests" -gt 0 ] && [ "$errors" = 0 ] || fail "$errors of $requests requests failed: $(tail -n 20 "$state"/wrk.log "$state"/ab.log 2>/dev/null)"
  rate=$(awk "BEGIN {print $requests / $elapsed}")
}

metric() { # host, name: the sum of its series
  curl --silent --fail "http://$(host_address "$1"):$admin_port/metrics" | awk -v name="$2" '$1 ~ "^" name "($|{)" {sum += $2} END {printf "%d\n", sum}'
}

# A figure with its target. The first is compared with the second: least or most.
figure() { # what, figure, least | most, target, unit, explanation
  local verdict
  verdict=$(awk -v figure="$2" -v target="$4" -v which="$3" 'BEGIN {print (which == "least" ? figure >= target : figure <= target) ? "met" : "NOT met"}')
  [ "$verdict" = met ] || failures=$((failures + 1))
  printf '%-44s %10s %-6s %-5s %8s  %-8s %s\n' "$1" "$2" "$5" "$3" "$4" "$verdict" "$6"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
mean() { printf '%s\n' "$@" | awk '{sum += $1} END {printf "%.0f", sum / NR}'; }

changes() {
  local header groups=() creates=() singles=() blocks=() releases=() round cost_of_creates
  header=$(cat "$state/api-key.header")
  for round in $(seq "$rounds"); do
    raw groups 1 && groups+=("$rate")
    BENCH_CREATE=1 loaded with_wrk "$connections" "$seconds" "https://$(host_address a):$host_api_port/api/v1/secrets/" "$header" && creates+=("$rate")
    cost_of_creates=$cost
    raw singles "$connections" && singles+=("$rate")
    raw blocks 1 && blocks+=("$rate")
    loaded with_ab "$connections" "$seconds" "https://$(host_address a):$host_tool_port/tool/v1/resolve" && releases+=("$rate")
  done
  figure "creates, to raw Txns of 32 changes" "$(ratio "$(mean "${creates[@]}")" "$(mean "${groups[@]}")")" least 0.6 × \
    "$(mean "${creates[@]}")/s to $(mean "${groups[@]}")/s, one Txn in flight each; $cost_of_creates"
  figure "creates, to raw Txns of one change" "$(ratio "$(mean "${creates[@]}")" "$(mean "${singles[@]}")")" least 1.5 × \
    "$(mean "${creates[@]}")/s to $(mean "${singles[@]}")/s, $connections at once each"
  figure "releases, to raw Txns of an audit block" "$(ratio "$(mean "${releases[@]}")" "$(mean "${blocks[@]}")")" least 0.6 × \
    "$(mean "${releases[@]}")/s to $(mean "${blocks[@]}")/s, blocks of 32 entries; $cost"
}

reads() {
  local header url raws=() gets=() round misses hits rounds_before requests_all=0
  header=$(cat "$state/api-key.header")
  url=https://$(host_address a):$host_api_port/api/v1/secrets/$secret_id
  loaded with_wrk 2 1 "$url" "$header" # fills the cache
  rounds_before=$(metric a tacit_etcd_rounds_total)
  misses=$(metric a tacit_etcd_cache_misses_total)
  hits=$(metric a tacit_etcd_cache_hits_total)
  for round in $(seq "$rounds"); do
    raw reads 2 && raws+=("$p50")
    loaded with_wrk 2 "$seconds" "$url" "$header" && gets+=("$p50")
    requests_all=$((requests_all + requests))
  done
  figure "GET p50 above a raw linearizable read's" "$(awk -v get="$(mean "${gets[@]}")" -v raw="$(mean "${raws[@]}")" 'BEGIN {printf "%.2f", (get - raw) / 1000}')" \
    most 0.5 ms "$(mean "${gets[@]}") µs to $(mean "${raws[@]}") µs, 2 at once each"
  figure "rounds of etcd a GET" "$(ratio $(($(metric a tacit_etcd_rounds_total) - rounds_before)) $requests_all)" most 2 "" "of $requests_all requests with an API key"
  figure "reads for an API key's check" "$(ratio $(($(metric a tacit_etcd_cache_misses_total) - misses)) $requests_all)" most 0.01 "" \
    "$(($(metric a tacit_etcd_cache_hits_total) - hits)) answers of the cache"
}

hosts_and_addresses() {
  local host all=
  for host in "${tacit_hosts[@]}"; do all+=${all:+,}$host=$(host_address "$host"); done
  echo "$all"
}

with_clients() { # lag | gap, options
  local what=$1
  shift
  "$directory/cluster" "$what" --state "$state" --hosts "$(hosts_and_addresses)" --api-port "$host_api_port" --tool-port "$host_tool_port" "$@" 2>"$state/$what.log" ||
    fail "cluster $what: $(cat "$state/$what.log")"
}

cache_lag() {
  local half most
  read -r half most < <(with_clients lag --count "$keys")
  figure "lag of another host's cache, p99" "$(ratio "$most" 1000)" most 50 ms "p50 $half µs; $keys keys"
}

conflicts() {
  local host number=0 commits=0 conflicts=0 loads=() load
  for host in "${tacit_hosts[@]}"; do
    number=$((number + 1))
    commits=$((commits - $(metric "$host" tacit_etcd_commits_total)))
    conflicts=$((conflicts - $(metric "$host" tacit_etcd_conflicts_total)))
    BENCH_CREATE=1 BENCH_HEADER=$(other_key $number) BENCH_RUN=$RANDOM wrk --threads 1 --connections 16 --duration "${seconds}s" --timeout 10s \
      --script "$repository/test/bench/report.lua" "https://$(host_address "$host"):$host_api_port/api/v1/secrets/" >"$state/wrk-$host.log" &
    loads+=($!)
  done
  for load in "${loads[@]}"; do wait "$load"; done
  for host in "${tacit_hosts[@]}"; do
    commits=$((commits + $(metric "$host" tacit_etcd_commits_total)))
    conflicts=$((conflicts + $(metric "$host" tacit_etcd_conflicts_total)))
  done
  figure "conflicts of three hosts, tenants apart" "$(awk -v a="$conflicts" -v b="$commits" 'BEGIN {printf "%.2f", 100 * a / b}')" most 1 % \
    "$conflicts of $commits Txns"
}

failover() {
  local longest count led
  led=$(etcd_leader)
  (sleep 5 && kill -KILL "${pids[etcd-$led]}") &
  read -r longest count < <(with_clients gap --seconds 15)
  figure "longest gap when the leader is killed" "$(ratio "$longest" 1000)" most 3 s "$count changes acknowledged"
  start "etcd-$led"
  wait_for_etcd
}

pages() {
  "$baseline" "$(etcd_endpoints "")" "$state/etcd-ca.pem" "$state/etcd-as-root.pem" "$state/etcd-as-root.key" fill "$walk" 0 2>"$state/raw.log" ||
    fail "cluster-baseline fill: $(cat "$state/raw.log")"
  raw pages 1
  local whole="$p50 µs"
  raw walk 1
  figure "a page of 512 of $walk thousand rows, p99" "$(ratio "$p99" 1000)" most 10 ms "p50 $p50 µs; $whole if etcd is asked to the end of all rows"
}

build
make_installation
fill_store
echo "$("$tacit" --version), $("$etcd" --version | head -n 1), $(nproc) cores; $seconds s a row, $rounds rounds"
printf '%-44s %10s %-6s %-5s %8s\n' "" figure "" "" target
changes
reads
cache_lag
conflicts
failover
pages
[ $failures = 0 ] || echo "$failures figures fall short"
[ $failures = 0 ]
