#!/usr/bin/env bash
# Records what the tests of speed compare with, and the figures and the drawing of the documents: after a change that
# is meant to alter them, on a machine that does nothing else (about 15 minutes).
#   test/bench/record.sh [--counts]     --counts: only the instructions, which need no quiet machine
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

test/bench/instructions.sh --record
if [ "${1:-}" = --counts ]; then exit; fi
test/bench/run.sh --quick --record
mkdir -p var
test/bench/run.sh --json var/figures.json --plot conf/drawings/speed.svg
node test/bench/figures.mjs var/figures.json
