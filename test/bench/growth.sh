#!/usr/bin/env bash
# Measures what the size of a store costs: GET, create, resolve and a list of 20 with random tenants, start-up, memory,
# backup and verify, with SECRETS (10,000,000) secrets of 100 for each tenant beside 1,000 secrets, in alternating
# rounds. The large store is filled first, by the store's own operations; a fill that was interrupted goes on where it
# was. It stays in FOLDER (var/growth) for the next run: remove the folder to start over.
#   test/bench/growth.sh [SECRETS [FOLDER]]
# Environment: TACIT, a ready program (default: builds the tree's); BENCH_SECONDS (5) of a measurement; BENCH_THREADS
# (the number of cores).
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

secrets=${1:-10000000}
folder=${2:-$repository/var/growth}
each=100
rounds=3
quiet=yes
seconds=${BENCH_SECONDS:-5}
warm_up=1
threads=${BENCH_THREADS:-$(nproc)}
load_threads=$threads
# Bytes on the disk for each secret with its audit entry, and again for the backup.
bytes_each=2000
declare -A pids=() api_ports=() tool_ports=()

end_servers() {
  local pid
  server=
  for pid in "${pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || true
  done
  pids=()
}

say_time() { echo "$(date +%T) $*"; }

check_disk() {
  local needed free
  mkdir -p "$folder"
  needed=$((secrets * bytes_each * 2 / 1000000))
  free=$(($(df --output=avail --block-size=1000000 "$folder" | tail -n 1) +
    $(du --summarize --block-size=1000000 "$folder" | cut -f 1)))
  [ "$free" -ge "$needed" ] || fail "$secrets secrets need about $needed MB in $folder with a backup, and it has $free MB.
Name fewer secrets, or another folder: test/bench/growth.sh SECRETS FOLDER"
  [ "$(stat --file-system --format=%T "$folder")" != tmpfs ] || fail "$folder is in memory: name another folder"
}

# Makes a store or takes it as it is, with so many secrets.
make_store_of() { # small or large, secrets
  local tenants=$(($2 / each)) prekeys
  api_port=0 tool_port=0
  make_state "$folder/$1" >&2
  sed -i '/^map-size/d' "$state/tacit.conf"
  printf '%s\n' "threads = $threads" "log-level = info" "max-connections = 4096" "request-rate = 0" "map-size = 64G" \
    "secrets-default = 1000000000" "quota-default = 1T" "access-log = off" >>"$state/tacit.conf"
  cat "$state/runtime.pem" "$state/runtime.key" >"$state/runtime-both.pem"
  if [ "$(cat "$state/filled" 2>/dev/null)" = "$2" ]; then return; fi
  prekeys=$("$tacit" key prekeys --json --config "$state/tacit.conf" | jq .prekeys)
  if [ "$prekeys" -lt "$tenants" ]; then
    "$tacit" key prekeys --add $((tenants - prekeys)) --config "$state/tacit.conf" >/dev/null
  fi
  (cat "$state/tacit.conf" && echo "scrub-within = 0") >"$state/fill.conf"
  say_time "filling the $1 store with $2 secrets of $tenants tenants"
  "$programs/many-secrets" fill "$state/fill.conf" "$tenants" "$each"
  echo "$2" >"$state/filled"
}

# The requests of 1,000 tenants, or of as many as there are.
make_requests() { # small or large, secrets
  local tenants=$(($2 / each)) tab=$'\t'
  state=$folder/$1
  "$programs/many-secrets" sample "$state/tacit.conf" "$tenants" $((tenants < 1000 ? tenants : 1000)) >"$state/sample"
  awk -F '\t' -v state="$state" '{
    header = "\tx-api-key: " $2
    print "GET\t/api/v1/secrets/" $3 header >(state "/get.requests")
    print "GET\t/api/v1/secrets/?limit=20" header >(state "/list20.requests")
    body = "{\"secret_name\":\"load {r} {n}\",\"secret_value\":\"a value of the usual length 0123456789\"}"
    print "POST\t/api/v1/secrets/" header "\t" body >(state "/create.requests")
    body = "{\"user_id\":\"" $1 "\",\"tool_name\":\"agno__linear__tool\"}"
    print "POST\t/tool/v1/resolve\t\t" body >(state "/resolve.requests")
  }' "$state/sample"
}

# Starts a server, with nothing of its store in memory if the system lets us, and notes how long that took.
start_size() { # small or large
  local begin
  state=$folder/$1
  configuration=$state/tacit.conf
  sed -i 's/^\(api\|tool\)-listen = .*/\1-listen = 127.0.0.1:0/' "$configuration"
  begin=$(date +%s%N)
  start_server
  pids[$1]=$server api_ports[$1]=$api_port tool_ports[$1]=$tool_port
  note "start-$1" "\"milliseconds\":$(ready_after "$begin")"
  server=
}

# Milliseconds until the server's line `ready`.
ready_after() { # nanoseconds since the epoch
  local time
  time=$(grep -m 1 '"event":"ready"' "$state/server.log" | jq -r .time)
  echo $((($(date -d "$time" +%s%N) - $1) / 1000000))
}

measure_kind() { # kind, small or large
  local port=${api_ports[$2]} row=$1-$2
  if [ "$1" = resolve ]; then port=${tool_ports[$2]}; fi
  state=$folder/$2
  measure "$row" "${pids[$2]}" closed "$port" --requests "$state/$1.requests" --connections 64 --order random \
    --certificate "$state/runtime-both.pem"
}

# Creates come last, because they make the small store larger.
measure_rounds() {
  local kind
  for kind in get list20 resolve create; do
    say_time "$kind"
    for round in $(seq "$rounds"); do
      measure_kind "$kind" small
      measure_kind "$kind" large
    done
  done
}

# A command's time and CPU time, in seconds.
measure_command() { # row, command …
  local row=$1 times
  shift
  times=$({ TIMEFORMAT='%R %U %S'; time "$@" >"$state/command.log" 2>&1; } 2>&1) ||
    fail "$*: $(cat "$state/command.log")"
  note "$row" "$(awk '{ printf "\"seconds\":%.2f,\"cpu_seconds\":%.2f", $1, $2 + $3 }' <<<"$times")"
}

measure_size() { # small or large
  local pid=${pids[$1]}
  state=$folder/$1
  note "memory-$1" "\"own_kb\":$(memory_of "$pid"),\"file_mb\":$(du --block-size=1M "$state/store/data.mdb" | cut -f 1)"
  say_time "backup and verify of the $1 store"
  rm -f "$state/growth.backup"
  measure_command "backup-$1" "$tacit" backup "$state/growth.backup" --config "$state/tacit.conf"
  rm -f "$state/growth.backup"
  measure_command "verify-$1" "$tacit" verify --config "$state/tacit.conf"
}

build bench-load many-secrets
load=$programs/bench-load
check_disk
make_store_of small 1000
make_store_of large "$secrets"
make_requests small 1000
make_requests large "$secrets"
samples=$folder/samples
: >"$samples"
round=0
nginx=
trap end_servers EXIT
trap 'exit 130' INT TERM
load_before=$(load_average)
start_size small
start_size large
server="${pids[*]}" # for what machine.sh counts
measure_rounds
measure_size small
measure_size large
say_time "done; the load average was $load_before before and $(load_average) after, on $(nproc) cores of $(processor)"
node "$bench/growth.mjs" "$samples" "$secrets"
