#!/usr/bin/env bash
# Counts the instructions and the allocations of one request: the real program with one io thread runs under
# callgrind, which counts the same on every machine, loaded or not. Each figure is the difference between two numbers
# of requests on one connection, so that the start and the handshake cancel out.
#   test/bench/instructions.sh              prints the counts
#   test/bench/instructions.sh --check      fails if one is more than 5 % from the record; exit code 77 if the
#                                           compiler or a library is not the record's
#   test/bench/instructions.sh --record     writes the record, test/bench/instructions.txt
#   test/bench/instructions.sh --profile    also names the functions with the most instructions of each request
# Environment: TACIT, a ready program (default: builds the tree's); BENCH_LOAD, a ready load generator.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"
# shellcheck source=test/bench/servers.sh
source "$repository/test/bench/servers.sh"

mode=${1:---print}
record=$repository/test/bench/instructions.txt
threads=1
quiet=yes
# Two numbers of requests: what one costs is the difference by their difference.
few=20
many=120

# The libraries' functions are chosen by the processor's abilities: here AES-NI, PCLMULQDQ, AVX, AVX2 and BMI, which
# every server has, without ADX, SHA, RDRAND and AVX-512, which valgrind does not know or some lack.
export OPENSSL_ia32cap=0x1ed80203078bfbff:0x0000000000000128

# What decides the counts besides the program's sources.
platform() {
  echo "g++ $(g++ -dumpfullversion), OpenSSL $(openssl version | cut -d ' ' -f 2)," \
    "glibc $(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2), $(valgrind --version)"
}

start_under_callgrind() {
  local program=$tacit
  cat >"$state/tacit-callgrind" <<WRAPPER
#!/bin/sh
exec valgrind --tool=callgrind --compress-strings=no --compress-pos=no --separate-threads=yes \
  --vgdb-prefix="$state/vgdb" --callgrind-out-file="$state/counts" --log-file="$state/valgrind.log" "$program" "\$@"
WRAPPER
  chmod +x "$state/tacit-callgrind"
  sed -i 's/^\(api\|tool\)-listen = .*/\1-listen = 127.0.0.1:0/' "$state/tacit.conf"
  tacit=$state/tacit-callgrind
  start_server
  tacit=$program
  api=https://127.0.0.1:$api_port
}

monitor() { # command …
  vgdb --vgdb-prefix="$state/vgdb" --pid="$server" "$@" >>"$state/vgdb.log" 2>&1 ||
    fail "vgdb $*: $(tail -n 5 "$state/vgdb.log")"
}

# Sends requests, and moves callgrind's account of them to a file. The thread that looks at the store every few
# seconds is no part of them.
account() { # requests' file, port, number, to
  local report
  monitor zero
  report=$("$load" closed "127.0.0.1:$2" --requests "$1" --certificate "$state/runtime-both.pem" --most "$3" \
    --connections 1) || fail "the load failed: $report"
  [ "$(jq .requests <<<"$report")" = "$3" ] || fail "not all were answered: $report"
  rm -f "$state"/counts.*
  monitor dump
  grep --files-without-match StoreWatch::run "$state"/counts.*-* | xargs cat >"$4"
}

# Instructions, and calls of malloc and its like, in callgrind's file.
totals() { # file
  awk '
    /^summary:/ { instructions += $2 }
    /^cfn=/ { called = $0; sub(/^cfn=/, "", called); sub(/\x27[0-9]+$/, "", called) }
    /^calls=/ {
      split(substr($1, 7), number, " ")
      if (called ~ /^(malloc|calloc|realloc|memalign|posix_memalign|aligned_alloc)$/) allocations += number[1]
    }
    END { printf "%d %d\n", instructions, allocations }' "$1"
}

# The least of three accounts, because the server's own tasks, such as a look at the store every 10 s, only add.
least() { # requests' file, port, number
  local round
  for round in 1 2 3; do
    account "$1" "$2" "$3" "$1.$3.$round"
    totals "$1.$3.$round"
  done | sort -n | head -n 1
}

measure() { # name, port
  local file=$state/$1.requests
  account "$file" "$2" 20 "$file.warm"
  awk -v name="$1" -v few="$(least "$file" "$2" "$few")" -v many="$(least "$file" "$2" "$many")" \
    -v requests=$((many - few)) 'BEGIN {
      split(few, first, " ")
      split(many, second, " ")
      printf "%s\t%.0f\t%.1f\n", name, (second[1] - first[1]) / requests, (second[2] - first[2]) / requests
    }'
}

profile() { # name
  echo "$1: instructions of $many requests, by function"
  callgrind_annotate --threshold=85 "$state/$1.requests.$many.1" 2>/dev/null |
    sed -n '/file:function/,$p' | cut -c 1-180 | head -n 45
}

kinds() {
  measure get "$api_port"
  measure list20 "$api_port"
  measure create "$api_port"
  measure resolve "$tool_port"
}

prepare() {
  if [ -n "${BENCH_LOAD:-}" ] && [ -n "${TACIT:-}" ]; then
    load=$BENCH_LOAD
    tacit=$TACIT
  else
    "$repository/conf/packages.sh" counts
    build bench-load
    load=${BENCH_LOAD:-$programs/bench-load}
  fi
  make_installation
  printf "%s\n" "access-log = off" "prekey-pool = 0" >>"$state/tacit.conf"
  start_server
  api=https://127.0.0.1:$api_port
  fill_store 0
  stop_server
  start_under_callgrind
}

# Compares with the record. Each difference beyond 5 % is a failure; one for the better is to be recorded.
check() { # counts
  awk -F '\t' 'FNR == NR { if (!/^#/) { recorded[$1] = $2 } next }
    {
      change = $2 / recorded[$1] - 1
      printf "%-10s %10d instructions, recorded %10d (%+.1f %%), %6.1f allocations\n", $1, $2, recorded[$1],
        change * 100, $3
      if (change > 0.05 || change < -0.05) failed = failed " " $1
    }
    END {
      if (failed == "") exit
      print "More than 5 % from the record:" failed ". If that is meant: test/bench/instructions.sh --record"
      exit 1
    }' "$record" "$1"
}

case $mode in
  --print | --record | --profile) ;;
  --check)
    command -v valgrind >/dev/null || { echo "valgrind is not installed: conf/packages.sh counts"; exit 77; }
    [ "$(sed -n 's/^# platform: //p' "$record")" = "$(platform)" ] ||
      { echo "The record is for $(sed -n 's/^# platform: //p' "$record"); here is $(platform)"; exit 77; }
    ;;
  *) fail "usage: test/bench/instructions.sh [--check|--record|--profile]" ;;
esac
prepare
kinds | tee "$state/instructions"
case $mode in
  --check) check "$state/instructions" ;;
  --profile) for name in get list20 create resolve; do profile "$name"; done ;;
  --record)
    { echo "# Instructions and allocations of one request, written by test/bench/instructions.sh --record"
      echo "# platform: $(platform)"
      cat "$state/instructions"
    } >"$record"
    ;;
esac
