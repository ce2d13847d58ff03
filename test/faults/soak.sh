#!/usr/bin/env bash
# Runs one server under load for MINUTES with every background job: checkpoints, expiry, prekeys, scrubbing, backups,
# verify, audit export and feed, pruning, rekeying, new root keys, rotated logs, reload. Prints how memory, descriptors,
# pages of the store and latencies grew in an hour, by a straight line through samples of every 10 seconds after the
# warm-up, with their limits; exit code 1 if one is beyond its limit, or a change was lost.
#   test/faults/soak.sh [--clients N] [--rate N] [MINUTES=30]
# --clients: connections to each plane (16). --rate: requests a second in all (0: as many as possible).
# Environment: BUILD, the folder of the build (build/release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

clients=16
rate=0
minutes=30
while [ $# -gt 0 ]; do
  case $1 in
    --clients) clients=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --help | -h) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "test/faults/soak.sh: $1 is not an option; see --help" >&2; exit 2 ;;
    *) minutes=$1; shift ;;
  esac
done

program=${BUILD:-build/release}/bin/faults
if [ ! -x "$program" ]; then
  echo "test/faults/soak.sh: there is no $program; build it: cmake --build --preset release --target faults" >&2
  exit 2
fi
TACIT_SOAK_MINUTES=$minutes TACIT_SOAK_CLIENTS=$clients TACIT_SOAK_RATE=$rate \
  exec "$program" --run_test=soak --log_level=test_suite --report_level=short
