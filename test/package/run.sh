#!/usr/bin/env bash
# Installs, runs, upgrades, removes and purges the Debian package on a clean Debian 12 host of its own, under the real systemd,
# and says what it did at each step. Needs root, and the mirror of Debian packages. Takes some minutes the first time.
#   test/package/run.sh [--older OLDER.deb] [PACKAGE.deb]
# Without PACKAGE it is built first. Without OLDER the upgrade starts from the same program, packaged as version 0.0.9 with another
# configuration file.
# Environment: TACIT_DEBIAN_MIRROR; TACIT_DEBIAN_ROOT, where the host's root is kept between runs (build/debian-12-root).
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$repository/test/package

steps=0
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
step() {
  steps=$((steps + 1))
  echo
  echo "$steps. $*"
}
ok() { echo "   ok: $*"; }
# check WHAT COMMAND…: the command succeeds.
check() {
  local what=$1 output
  shift
  if ! output=$("$@" 2>&1); then
    printf '%s\n' "$output" >&2
    fail "$what"
  fi
  ok "$what"
}
# says WHAT PATTERN COMMAND…: it prints what the extended regular expression matches, whether it succeeds or not.
says() {
  local what=$1 pattern=$2 output
  shift 2
  output=$("$@" 2>&1) || true
  if ! grep -Eq -- "$pattern" <<<"$output"; then
    printf '%s\n' "$output" >&2
    fail "$what: nothing matches $pattern"
  fi
  ok "$what"
}
is() {  # is WHAT EXPECTED COMMAND…
  local what=$1 expected=$2 output
  shift 2
  output=$("$@" 2>&1) || true
  [ "$output" = "$expected" ] || fail "$what: expected \"$expected\", got \"$output\""
  ok "$what: $expected"
}

# shellcheck source=test/package/host.sh
source "$here/host.sh"
# shellcheck source=test/package/steps.sh
source "$here/steps.sh"

older=
package=
while [ $# -gt 0 ]; do
  case $1 in
    --older)
      older=$(realpath "$2")
      shift 2
      ;;
    --help | -h)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      package=$(realpath "$1")
      shift
      ;;
  esac
done

[ "$(id -u)" = 0 ] || fail "this needs root: it makes a file system and boots systemd in it"
"$repository/conf/packages.sh" package root
work=$(mktemp -d /tmp/tacit-package-XXXXXX)
finish() {
  local code=$?
  if [ $code != 0 ] && [ -n "$host_pid" ]; then
    in_host journalctl --no-pager --boot --unit 'tacit*' --lines 40 >&2 || true
  fi
  stop_host
  unmount_root
  rm -rf "$work"
  exit $code
}
trap finish EXIT

build_package() {
  cd "$repository"
  [ -e build/release/CMakeCache.txt ] || cmake --preset release -DTACIT_TESTS=OFF >/dev/null
  cmake --build --preset release --target tacit manual
  rm -f build/release/tacit_*.deb
  cpack --preset debian >/dev/null
  package=$(echo "$repository"/build/release/tacit_*.deb)
}

make_older() {
  dpkg-deb --raw-extract "$package" "$work/older"
  sed -i 's/^Version: .*/Version: 0.0.9-1/' "$work/older/DEBIAN/control"
  echo "# From the older package." >>"$work/older/etc/tacit/tacit.conf"
  older=$work/tacit_0.0.9-1.deb
  dpkg-deb --root-owner-group --build "$work/older" "$older" >/dev/null
}

[ -n "$package" ] || build_package
[ -n "$older" ] || make_older
echo "Package: $package"
echo "Older:   $older"
make_base
mount_root
cp "$package" "$work/root/root/tacit.deb"
cp "$older" "$work/root/root/tacit-older.deb"
cp "$here/client.sh" "$work/root/root/client.sh"
fetch_dependencies /root/tacit.deb /root/tacit-older.deb
start_host

install_older
refuse_without_configuration
configure
serve_two_planes
confine_the_processes
store_and_release
restart_without_refusing
reload
watch_over_the_process
upgrade_with_data
seal_the_keyrings
serve_both_planes_in_one
remove_keeps_data
purge_removes_data
echo
echo "All $steps steps passed."
