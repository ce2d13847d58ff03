#!/usr/bin/env bash
# Proves several hosts on one machine: three etcd nodes with TLS and roles, and two or three hosts of Tacit, each in a network namespace
# of its own. Clients record what they ask and are told while links are cut, nodes and hosts are stopped and killed; then the history is
# judged (test/cluster/), and `tacit verify` and `tacit audit verify` have to be clean.
#   test/cluster.sh [--only SCENARIO,…] [--seconds N] [--kills N] [--seed N] [--hosts N] [--keep]
#   test/cluster.sh --self-test     shows that the judgement finds planted faults; needs Go alone
# Scenarios: roles, partitions, kills, strict (these by default, 4 to 6 minutes), delay, pauses, clocks, nospace, compaction, restore,
# certificates, upgrade; `all`. --seconds: of each scenario that lasts as long as one likes (25). --kills: of the scenario kills (12).
# Needs root, /dev/net/tun, Go 1.19 or later, and what conf/packages.sh installs for build, run and network.
# Environment: TACIT_BINARY, a tacit that is built already; TACIT_TEST_ETCD, another etcd; TACIT_TEST_ETCD_NEW, the etcd to upgrade to.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
harness=$repository/test/cluster
quick=(roles partitions kills strict)
every=("${quick[@]}" delay pauses clocks nospace compaction restore certificates upgrade)

complain() {
  echo "test/cluster.sh: $*" >&2
  exit 1
}

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

scenarios=("${quick[@]}")
seconds=25
kills=12
seed=$RANDOM
hosts=
keep=no
self_test=no
inside=
while [ $# -gt 0 ]; do
  case $1 in
    --only | --seconds | --kills | --seed | --hosts | --inside) [ $# -ge 2 ] || complain "$1 needs a value" ;;
  esac
  case $1 in
    --only)
      IFS=, read -ra scenarios <<<"$2"
      [ "$2" != all ] || scenarios=("${every[@]}")
      shift
      ;;
    --seconds) seconds=$2 && shift ;;
    --kills) kills=$2 && shift ;;
    --seed) seed=$2 && shift ;;
    --hosts) hosts=$2 && shift ;;
    --keep) keep=yes ;;
    --self-test) self_test=yes ;;
    --inside) inside=$2 && shift ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done
for scenario in "${scenarios[@]}"; do
  [[ " ${every[*]} " = *" $scenario "* ]] || complain "there is no scenario $scenario; there are: ${every[*]}"
done

build_harness() { # folder
  command -v go >/dev/null || "$repository/conf/packages.sh" go
  (cd "$harness" && go vet . && go build -o "$1/cluster" .) || complain "the harness does not build"
}

# --- Outside: builds, and starts this script again in namespaces of its own, so that all ends with it -----------------------------------

outside() {
  work=$(mkdir -p "$repository/var" && mktemp -d "$repository/var/cluster-XXXXXX")
  local code=0
  build_harness "$work"
  if [ $self_test = yes ]; then
    "$work/cluster" self-test || code=$?
    rm -rf "$work"
    exit $code
  fi
  [ "$(id -u)" = 0 ] || complain "needs root, for network namespaces"
  [ -c /dev/net/tun ] || complain "there is no /dev/net/tun"
  "$repository/conf/packages.sh" run network
  if [ -z "${TACIT_BINARY:-}" ]; then
    "$repository/conf/packages.sh" build
    cd "$repository"
    if [ ! -e build/release/CMakeCache.txt ]; then cmake --preset "${CI:+ci-}release" -DTACIT_TESTS=OFF >/dev/null; fi
    cmake --build --preset release --target tacit
    TACIT_BINARY=$repository/build/release/bin/tacit
  fi
  [ -x "$TACIT_BINARY" ] || complain "there is no $TACIT_BINARY"
  gcc -shared -fPIC -O1 -o "$work/clock_shim.so" "$harness/clock/clock_shim.c"
  local found
  found=$("$repository/conf/quickstart/etcd.sh" --find) || found=$("$repository/conf/quickstart/etcd.sh") || complain "there is no etcd"
  # The environment reaches the servers as settings: what is for this script must not.
  env -u TACIT_TEST_ETCD -u TACIT_TEST_ETCD_NEW -u TACIT_BINARY CLUSTER_TACIT="$(realpath "$TACIT_BINARY")" CLUSTER_ETCD="$found" \
    CLUSTER_ETCD_NEW="${TACIT_TEST_ETCD_NEW:-}" \
    unshare --mount --net --pid --fork --kill-child --mount-proc "$BASH" "${BASH_SOURCE[0]}" --inside "$work" \
    --only "$(IFS=, && echo "${scenarios[*]}")" --seconds "$seconds" --kills "$kills" --seed "$seed" --hosts "${hosts:-0}" || code=$?
  if [ $code = 0 ] && [ $keep = no ]; then rm -rf "$work"; else echo "Logs and histories are in $work."; fi
  exit $code
}

# --- Inside ---------------------------------------------------------------------------------------------------------------------------

inside() {
  work=$inside
  # shellcheck disable=SC2034  # of the sourced files
  tacit=$CLUSTER_TACIT
  { read -r etcd && read -r etcdctl && read -r etcdutl; } <<<"$CLUSTER_ETCD"
  local part
  for part in conf/quickstart/{state,cluster_etcd,cluster} test/cluster/{network,hosts,faults,scenarios,scenarios_store}; do
    # shellcheck source=/dev/null
    source "$repository/$part.sh"
  done
  RANDOM=$seed
  echo "$("$tacit" --version), $("$etcd" --version | head -n 1); seed $seed"
  make_network
  local scenario begun code failures=() passed=()
  for scenario in "${scenarios[@]}"; do
    begun=$SECONDS
    echo
    echo "=== $scenario"
    # In a process of its own: whatever goes wrong in it ends the scenario alone, with all that it started. Not as a condition, in
    # which `set -e` would have no effect.
    set +e
    (
      set -e
      run_scenario "$scenario"
    )
    code=$?
    set -e
    if [ $code = 0 ]; then
      passed+=("$scenario")
      echo "=== $scenario passed in $((SECONDS - begun)) s"
    else
      failures+=("$scenario")
      echo "=== $scenario FAILED after $((SECONDS - begun)) s"
    fi
    link all ok
  done
  echo
  echo "test/cluster.sh: ${#passed[@]} passed (${passed[*]:-none}), ${#failures[@]} failed (${failures[*]:-none}) in $SECONDS s"
  [ ${#failures[@]} = 0 ]
}

if [ -n "$inside" ]; then inside; else outside; fi
