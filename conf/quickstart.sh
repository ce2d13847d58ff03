#!/usr/bin/env bash
# From a clean clone to a running Tacit: installs packages, builds, makes certificates, keys, a store and an API key for a demo
# user, and serves both planes on 127.0.0.1 until Ctrl-C. A second run uses what the first one made.
#   conf/quickstart.sh           serve, and print requests to try
#   conf/quickstart.sh --check   the same with a store of its own, make those requests itself, compare the answers, and end
# Environment: TACIT_QUICKSTART_DIR (var/quickstart), TACIT_API_PORT (8443), TACIT_TOOL_PORT (8444).
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"
# shellcheck source=conf/quickstart/check.sh
source "$repository/conf/quickstart/check.sh"
# shellcheck source=conf/quickstart/requests.sh
source "$repository/conf/quickstart/requests.sh"

usage() {
  sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

# The process environment reaches the server as configuration: what is meant for this script must not.
own_settings() {
  directory=${TACIT_QUICKSTART_DIR:-$repository/var/quickstart}
  api_port=${TACIT_API_PORT:-8443}
  tool_port=${TACIT_TOOL_PORT:-8444}
  if [ "$1" = check ]; then  # any free port, so that it can run beside a quickstart that serves
    api_port=${TACIT_API_PORT:-0}
    tool_port=${TACIT_TOOL_PORT:-0}
  fi
  unset TACIT_QUICKSTART_DIR TACIT_API_PORT TACIT_TOOL_PORT
}

build() {
  "$repository/conf/packages.sh" build run
  cd "$repository"
  if [ ! -e build/release/CMakeCache.txt ]; then
    echo "Configuring build/release"
    cmake --preset "${CI:+ci-}release" -DTACIT_TESTS=OFF >/dev/null
  fi
  echo "Building (the first time takes some minutes)"
  cmake --build --preset release --target tacit
  tacit=$repository/build/release/bin/tacit
}

serve() {
  own_settings serve
  build
  make_state "$directory"
  start_server
  trap 'stop_server || true' EXIT
  # Ctrl-C reaches the server, too; this waits until it has ended.
  trap 'echo "Stopping"' INT TERM
  print_requests
  wait_for_end
}

check() {
  own_settings check
  build
  mkdir -p "$directory"
  directory=$(mktemp -d "$directory/check-XXXXXX")
  trap 'stop_server || true; rm -rf "$directory"' EXIT
  trap 'exit 130' INT TERM
  quiet=yes
  make_state "$directory"
  start_server
  run_checks
}

case "${1:-}" in
  "") serve ;;
  --check) check ;;
  --help | -h) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
