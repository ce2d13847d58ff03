#!/usr/bin/env bash
# Builds the fuzz targets and runs each for that many seconds of a processor; then prints a table of executions and of edges reached.
#   test/fuzz/run.sh SECONDS [TARGET…]     without targets: all. SECONDS 0: only the inputs that are kept
#   test/fuzz/run.sh --seeds               writes the seeds and dictionaries to build/fuzz/corpus, and ends
# The inputs are the target's seeds, those in test/fuzz/found/TARGET, which once broke something, and those in the corpus, where
# inputs that reach new edges stay. A failure keeps its input in build/fuzz/failures, and prints the command that repeats it.
# Environment: TACIT_FUZZ_CORPUS, the corpus (build/fuzz/corpus); TACIT_FUZZ_JOBS, how many targets run at once (a processor each);
# TACIT_FUZZ_LOG, a file to which the rows of the table are appended. In CI (variable CI) warnings of the compiler are errors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "test/fuzz/run.sh: $*" >&2
  exit 2
}
case "${1:-}" in
  --seeds) seconds= ;;
  '' | *[!0-9]*)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
  *) seconds=$1 ;;
esac
shift

export corpus=${TACIT_FUZZ_CORPUS:-build/fuzz/corpus} failures=build/fuzz/failures programs=build/fuzz/bin/fuzz seconds
conf/packages.sh build fuzz
cmake --preset "${CI:+ci-}fuzz" >/dev/null
# All of it: the tools for people, too, compile with clang.
cmake --build --preset "${CI:+ci-}fuzz"
mkdir -p "$corpus" "$failures"

targets=("$@")
if [ $# -eq 0 ]; then mapfile -t targets < <(cd "$programs" && printf '%s\n' *); fi
for target in "${targets[@]}"; do
  [ -e "$programs/$target" ] || fail "there is no target $target; there are: $(cd "$programs" && echo *)"
  "$programs/$target" --prepare "$corpus/$target"
done
if [ -z "$seconds" ]; then exit; fi

# Runs one target, and prints its row: seconds of CPU, executions, edges of all inputs, inputs kept, and "ok" or "FAILED".
# shellcheck disable=SC2317  # xargs calls it
run_target() { # TARGET
  local target=$1 code=0 log=$failures/$1.log folders=("$corpus/$1/kept" "$corpus/$1/seeds")
  mkdir -p "$corpus/$target/kept"
  if [ -d "test/fuzz/found/$target" ]; then folders+=("test/fuzz/found/$target"); fi
  local options=(-max_total_time="$seconds")
  if [ "$seconds" = 0 ]; then options=(-runs=0); fi
  if [ -s "$corpus/$target/words" ]; then options+=(-dict="$corpus/$target/words"); fi
  local TIMEFORMAT='cpu %U %S'
  { time "$programs/$target" "${options[@]}" -print_final_stats=1 \
    -artifact_prefix="$failures/$target-" "${folders[@]}" >"$log" 2>&1; } 2>"$log.time" || code=$?
  awk -v target="$target" -v code="$code" -v kept="$(find "$corpus/$target/kept" -type f | wc -l)" '
    FILENAME ~ /time$/ && $1 == "cpu" { cpu = $2 + $3 }
    match($0, / cov: [0-9]+/) { edges = substr($0, RSTART + 6, RLENGTH - 6) }
    $1 == "stat::number_of_executed_units:" { runs = $2 }
    END { printf "%s\t%.0f\t%d\t%d\t%d\t%s\n", target, cpu, runs, edges, kept, code ? "FAILED" : "ok" }' "$log" "$log.time"
  rm -f "$log.time"
  if [ "$code" = 0 ]; then rm -f "$log"; fi
}
export -f run_target

# Sanitizers' errors end the process; memory that a target never frees is a fault, too.
export ASAN_OPTIONS="detect_leaks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
rows=$(printf '%s\n' "${targets[@]}" | xargs -P "${TACIT_FUZZ_JOBS:-$(nproc)}" -I{} bash -c 'run_target {}' | sort)
{ printf 'target\tCPU seconds\texecutions\tedges\tinputs kept\t\n' && echo "$rows"; } | column -t -s "$(printf '\t')"
if [ -n "${TACIT_FUZZ_LOG:-}" ]; then echo "$rows" >>"$TACIT_FUZZ_LOG"; fi

failed=0
while IFS=$'\t' read -r target _ _ _ _ state; do
  if [ "$state" = ok ]; then continue; fi
  failed=1
  echo
  echo "=== $target FAILED; the end of $failures/$target.log:"
  grep -v '^#[0-9]*[[:space:]]' "$failures/$target.log" | tail -n 40 || true
  input=$(grep -o "$failures/$target-[a-z]*-[0-9a-f]*" "$failures/$target.log" | tail -n 1 || true)
  echo "To repeat it: $programs/$target ${input:-"(no input was kept)"}"
done <<<"$rows"
if [ $failed = 0 ]; then echo "${#targets[@]} targets passed"; fi
exit $failed
