#!/usr/bin/env bash
# Runs the tests of this folder at length, with an existing build: each kind of fault until no place is left to fail, then
# kills. Prints figures of each; exit code 1 if one found a fault of the program.
#   test/faults/run.sh [--seconds N] [--rounds N] [--seed N] [calls|memory|kills|CASE]…
# --seconds: the most time for each kind of fault (900). --rounds: of kills (1000). --seed: repeats a run's choices (not
# its timing). CASE: one case as Boost.Test names it, such as device_faults/a_device_fails. Without a name: all three.
# Environment: BUILD, the folder of the build (build/release); TACIT_KEEP_TEST_FILES, keeps stores and logs in /tmp.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=900
rounds=1000
seed=$RANDOM
names=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --help | -h) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "test/faults/run.sh: $1 is not an option; see --help" >&2; exit 2 ;;
    *) names+=("$1"); shift ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(calls memory kills)

program=${BUILD:-build/release}/bin/faults
if [ ! -x "$program" ]; then
  echo "test/faults/run.sh: there is no $program; build it: cmake --build --preset release --target faults" >&2
  exit 2
fi

code=0
for name in "${names[@]}"; do
  case $name in
    calls) suite=call_faults,device_faults ;;
    memory) suite=memory_faults ;;
    kills) suite=crash ;;
    *) suite=$name ;;
  esac
  TACIT_FAULTS_SECONDS=$seconds TACIT_FAULTS_PART=1 TACIT_FAULTS_SEED=$seed TACIT_CRASH_ROUNDS=$rounds TACIT_CRASH_SEED=$seed \
    "$program" --run_test="$suite" --log_level=test_suite --report_level=short || code=1
done
exit $code
