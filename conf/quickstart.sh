#!/usr/bin/env bash
# From a clean clone to a running Tacit: installs packages, builds, makes certificates, keys, a store and an API key for a demo
# user, and serves both planes on 127.0.0.1 until Ctrl-C. A second run uses what the first one made.
#   conf/quickstart.sh           serve, and print requests to try
#   conf/quickstart.sh --check   the same with a store of its own, make those requests itself, compare the answers, and end
#   conf/quickstart.sh --cluster [--check]   the same with several hosts on this machine: three etcd nodes with TLS, two hosts of
#                                Tacit, haproxy in front; the check kills a node and a host, and looks for each acknowledged change
# Environment: TACIT_QUICKSTART_DIR (var/quickstart, var/quickstart-cluster), TACIT_API_PORT (8443), TACIT_TOOL_PORT (8444);
# with --cluster also TACIT_CLUSTER_ETCD_PORT (2379, and the next), TACIT_CLUSTER_HOST_PORT (8443, and the next two),
# TACIT_TEST_ETCD (the path of another etcd).
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
# shellcheck source=conf/quickstart/cluster_etcd.sh
source "$repository/conf/quickstart/cluster_etcd.sh"
# shellcheck source=conf/quickstart/cluster.sh
source "$repository/conf/quickstart/cluster.sh"
# shellcheck source=conf/quickstart/cluster_check.sh
source "$repository/conf/quickstart/cluster_check.sh"

usage() {
  sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
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
  unset TACIT_QUICKSTART_DIR TACIT_API_PORT TACIT_TOOL_PORT TACIT_TEST_ETCD
}

own_cluster_settings() {
  directory=${TACIT_QUICKSTART_DIR:-$repository/var/quickstart-cluster}
  local first=8443
  if [ "$1" = check ]; then first=$(free_ports); fi
  api_port=${TACIT_API_PORT:-$first}
  tool_port=${TACIT_TOOL_PORT:-$((first + 1))}
  if [ "$1" = check ]; then first=$((first + 2)); fi
  host_api_port=${TACIT_CLUSTER_HOST_PORT:-$first}
  host_tool_port=$((host_api_port + 1))
  admin_port=$((host_api_port + 2))
  if [ "$1" = check ]; then etcd_port=${TACIT_CLUSTER_ETCD_PORT:-$((first + 3))}; else etcd_port=${TACIT_CLUSTER_ETCD_PORT:-2379}; fi
  unset TACIT_QUICKSTART_DIR TACIT_API_PORT TACIT_TOOL_PORT TACIT_CLUSTER_ETCD_PORT TACIT_CLUSTER_HOST_PORT
}

build_cluster() {
  find_etcd "$directory/etcd"
  unset TACIT_TEST_ETCD
  "$repository/conf/packages.sh" cluster
  haproxy=$(PATH=$PATH:/usr/sbin command -v haproxy) || fail "there is no haproxy"
  build
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

serve_cluster() {
  own_cluster_settings serve
  build_cluster
  trap stop_cluster EXIT
  start_cluster "$directory"
  print_requests
  print_cluster
  trap 'echo "Stopping"' INT TERM
  wait_for_interrupt
}

check_cluster() {
  own_cluster_settings check
  build_cluster
  mkdir -p "$directory"
  directory=$(mktemp -d "$directory/check-XXXXXX")
  trap 'stop_cluster; rm -rf "$directory"' EXIT
  trap 'exit 130' INT TERM
  start_cluster "$directory"
  run_cluster_checks
}

case "$*" in
  "") serve ;;
  --check) check ;;
  --cluster) serve_cluster ;;
  "--cluster --check" | "--check --cluster") check_cluster ;;
  --help | -h) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
