# Sourced by run.sh and compare.sh: generates load and measures its cost to a server.
# shellcheck shell=bash

# Clock ticks in user mode and in kernel mode of all threads of a process and of its child processes (nginx's workers).
cpu_ticks() { # pid
  local pid
  for pid in "$1" $(cat "/proc/$1/task/$1/children"); do
    # The name in brackets may contain spaces; the fields after it do not.
    sed 's/.*) //' "/proc/$pid/stat"
  done | awk '{user += $12; kernel += $13} END {print user, kernel}'
}

# These functions set: requests, elapsed (seconds), p50 and p99 (microseconds), errors.
with_wrk() { # connections, seconds, url, header
  local report
  report=$(BENCH_HEADER=$4 BENCH_RUN=$RANDOM$RANDOM wrk --threads $(($1 > 1 ? 2 : 1)) --connections "$1" --duration "$2s" --timeout 10s \
    --script "$repository/test/bench/report.lua" "$3" | tee "$state/wrk.log" | sed -n 's/^REPORT //p')
  read -r requests elapsed p50 p99 errors <<<"$report"
}

# Each request is the first write of another tenant, whose user has a token of its own. Needs use_first_writes. The tokens are made
# before the load begins, while the server is idle.
with_first_writes() { # connections, seconds, url
  node "$repository/test/bench/tokens.mjs" "$state" https://first.bench https://tacit.bench new $(($2 * first_rate)) "$state/issuer.secret"
  BENCH_ONCE=1 BENCH_TOKENS=$state/tokens with_wrk "$1" "$2" "$3" ""
}

# Configures the issuer of these tokens. HS256 costs the least of a request.
use_first_writes() {
  openssl rand -hex 32 | write_file issuer.secret 600
  printf '%s\n' "[https://first.bench]" "audience = https://tacit.bench" "shared-secret-file = $state/issuer.secret" >"$state/issuers"
  echo "issuers = $state/issuers" >>"$state/tacit.conf"
  # No thread of the server makes key pairs meanwhile: prepare_first_writes does. An older build makes a pair in the first write itself.
  if has_prekeys; then echo "prekey-pool = 0" >>"$state/tacit.conf"; fi
}

has_prekeys() { "$tacit" key prekeys --help >/dev/null 2>&1; }

# Makes key pairs for one row of first writes.
prepare_first_writes() { # seconds
  if ! has_prekeys; then return; fi
  local ready needed=$((($1 + 1) * first_rate))
  ready=$("$tacit" key prekeys --json --config "$state/tacit.conf" | jq .prekeys)
  if [ "$ready" -lt "$needed" ]; then
    "$tacit" key prekeys --add $((needed - ready)) --config "$state/tacit.conf" >/dev/null 2>"$state/prekeys.log" ||
      fail "tacit key prekeys: $(cat "$state/prekeys.log")"
  fi
}

with_ab() { # connections, seconds, url
  ab -q -k -l -c "$1" -t "$2" -n 5000000 -s 30 -f TLS1.3 -E "$state/runtime-both.pem" -T application/json -p "$state/resolve.json" \
    -e "$state/ab.csv" "$3" >"$state/ab.log" 2>&1 || fail "ab: $(cat "$state/ab.log")"
  requests=$(awk '/^Complete requests:/ {print $3}' "$state/ab.log")
  elapsed=$(awk '/^Time taken for tests:/ {print $5}' "$state/ab.log")
  errors=$(awk '/^(Failed requests|Non-2xx responses):/ {sum += $3} END {print sum + 0}' "$state/ab.log")
  p50=$(awk -F, '$1 == 50 {print int($2 * 1000)}' "$state/ab.csv")
  p99=$(awk -F, '$1 == 99 {print int($2 * 1000)}' "$state/ab.csv")
}

print_heading() {
  printf '\n%11s  %-26s %11s %9s %9s %13s %9s %9s\n' connections "" requests/s "p50 ms" "p99 ms" "CPU µs/req" "req/s ×" "CPU ×"
}

# Prints a row, with the ratios to the first row of the same number of connections. Sets `cpu`, µs per request, and `cpu_user`, the part
# of it in user mode.
row() { # connections, what, pid, load …
  local count=$1 what=$2 pid=$3
  shift 3
  "$1" "$count" 1 "${@:2}" # warms up
  local before after
  before=$(cpu_ticks "$pid")
  "$1" "$count" "$seconds" "${@:2}"
  after=$(cpu_ticks "$pid")
  [ "$requests" -gt 0 ] || fail "$what: no request was answered"
  [ "$errors" = 0 ] || fail "$what: $errors of $requests requests failed: $(tail -n 20 "$state"/wrk.log "$state"/ab.log 2>/dev/null)"
  local rate
  rate=$(awk "BEGIN {print $requests / $elapsed}")
  read -r cpu cpu_user < <(awk -v ticks="$after $before" -v per_second="$(getconf CLK_TCK)" -v requests="$requests" 'BEGIN {
    split(ticks, at, " ")
    unit = 1e6 / per_second / requests
    print (at[1] + at[2] - at[3] - at[4]) * unit, (at[1] - at[3]) * unit }')
  if [ -z "$baseline" ]; then baseline="$rate $cpu"; fi
  awk -v count="$count" -v what="$what" -v rate="$rate" -v p50="$p50" -v p99="$p99" -v cpu="$cpu" -v baseline="$baseline" 'BEGIN {
    split(baseline, base, " ")
    printf "%11d  %-26s %11.0f %9.2f %9.2f %13.1f %9.2f %9.2f\n", count, what, rate, p50 / 1000, p99 / 1000, cpu, rate / base[1], cpu / base[2]
  }'
}
