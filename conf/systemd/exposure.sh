#!/usr/bin/env bash
# Prints the exposure that `systemd-analyze security` finds for each unit, and fails if one is above the limit.
#   exposure.sh [DIRECTORY]   with the units; default: where the package puts them
# Environment: TACIT_EXPOSURE_LIMIT (1.5).
set -euo pipefail

if ! command -v systemd-analyze >/dev/null; then
  echo "exposure.sh: there is no systemd-analyze here" >&2
  exit 77
fi

directory=${1:-/usr/lib/systemd/system}
limit=${TACIT_EXPOSURE_LIMIT:-1.5}
status=0
for unit in tacit-api tacit-api@ tacit-tools tacit tacit-backup tacit-audit-feed; do
  # --threshold takes tenths.
  tenths=$(awk -v limit="$limit" 'BEGIN { printf "%d", limit * 10 }')
  if ! report=$(systemd-analyze security --offline=true --threshold="$tenths" --no-pager "$directory/$unit.service" 2>&1); then
    status=1
  fi
  figure=$(sed -n 's/^.*Overall exposure level for [^:]*: \([0-9.]*\).*$/\1/p' <<<"$report")
  if [ -z "$figure" ]; then
    printf '%s\n' "$report" >&2
    exit 1
  fi
  echo "$unit.service: exposure $figure (at most $limit)"
done
exit $status
