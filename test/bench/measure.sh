# Sourced by run.sh: measures one row once, and appends a line of JSON to $samples: row, round, rate, times in
# microseconds, the server's CPU time for each request, and what other processes did meanwhile.
# shellcheck shell=bash disable=SC2034,SC2154  # variables that the scripts share

# Appends a sample. Its members come as JSON without braces.
note() { # row, members
  printf '{"row":"%s","round":%d,%s}\n' "$1" "$round" "$2" >>"$samples"
}

generate() { # mode, port, options …
  local mode=$1 port=$2 report
  shift 2
  report=$("$load" "$mode" "127.0.0.1:$port" --threads "$load_threads" "$@" 2>"$state/load.log") ||
    fail "bench-load $mode $*: $report $(cat "$state/load.log")"
  echo "$report"
}

# Measures a load for $seconds after one of $warm_up that does not count. `warm_up=0`: none.
measure() { # row, pid of the server, mode, port, options of bench-load …
  local row=$1 pid=$2 report before after others
  shift 2
  if [ "$warm_up" != 0 ]; then generate "$@" --seconds "$warm_up" >"$state/warm-up.json"; fi
  begin_watch
  before=$(cpu_ticks "$pid")
  report=$(generate "$@" --seconds "$seconds")
  after=$(cpu_ticks "$pid")
  others=$(end_watch)
  note "$row" "$(jq -r --argjson ticks $((after - before)) --argjson second "$(getconf CLK_TCK)" '
    (.requests + .refused) as $all | if .requests == 0 then error("no request was answered") else . end |
    {rate: (.requests / .elapsed), cpu: ($ticks * 1e6 / $second / $all), p50, p99, p999, refused, resumed,
      refused_p99, refused_max, unsent} | tojson | .[1:-1]' <<<"$report"),$others"
}

# Requests per second of a row in this round.
rate_of() { # row
  local rate
  rate=$(jq -r --arg row "$1" --argjson round "$round" 'select(.row == $row and .round == $round) | .rate' "$samples" |
    tail -n 1)
  [ -n "$rate" ] || fail "the row $1 must be measured, too: name it after --only"
  echo "$rate"
}

# Kilobytes of a server's own memory, without files.
memory_of() { # pid
  local pid
  for pid in "$1" $(cat "/proc/$1/task/$1/children"); do cat "/proc/$pid/status"; done |
    awk '$1 == "RssAnon:" { sum += $2 } END { print sum }'
}

# Bytes of the server's memory for each of many idle TLS connections that made one request.
measure_idle() { # row, pid, port
  local before report
  generate closed "$3" --requests "$state/healthz.requests" --connections 64 --seconds 0.5 >"$state/warm-up.json"
  sleep 0.5
  before=$(memory_of "$2")
  coproc IDLE { "$load" idle "127.0.0.1:$3" --requests "$state/healthz.requests" --connections "$idle_connections"; }
  # bash forgets a coprocess when it has ended.
  local load_pid=$IDLE_PID input=${IDLE[1]} output=${IDLE[0]}
  IFS= read -r report <&"$output" || fail "$idle_connections connections could not be made"
  [ "$(jq .requests <<<"$report")" = "$idle_connections" ] || fail "not all idle connections were served: $report"
  sleep 1
  note "$1" "\"memory\":$((($(memory_of "$2") - before) * 1024 / idle_connections))"
  exec {input}>&-
  wait "$load_pid" || true
}
