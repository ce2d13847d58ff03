#!/usr/bin/env bash
# Installs, runs, upgrades, removes and purges the Debian package on a clean Debian host of its own, under the real systemd, and
# says what it did at each step. Needs root, and the mirror of Debian packages. Takes some minutes the first time.
#   test/package/run.sh [--older OLDER.deb] [bookworm|trixie] [PACKAGE.deb]
# With a release alone, the package is built by the guide's commands, from a fresh clone on a fresh machine of that release. With
# neither, it is built here, for the release of this machine. A PACKAGE without a release must be for this machine's.
# Without OLDER the upgrade starts from the same program, packaged as version 0.0.9 with another configuration file.
# Environment: TACIT_DEBIAN_MIRROR, where packages come from; by default from where this machine's apt gets them.
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
# says WHAT PATTERN COMMAND…: expects output that the extended regular expression matches. The exit code does not matter.
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

# shellcheck source=test/root/debian.sh
source "$repository/test/root/debian.sh"
# shellcheck source=test/package/host.sh
source "$here/host.sh"
# shellcheck source=test/package/guide.sh
source "$here/guide.sh"
# shellcheck source=test/package/steps.sh
source "$here/steps.sh"
# shellcheck source=test/package/steps_operate.sh
source "$here/steps_operate.sh"
# shellcheck source=test/package/steps_recover.sh
source "$here/steps_recover.sh"
# shellcheck source=test/package/steps_move.sh
source "$here/steps_move.sh"
# shellcheck source=test/package/steps_documents.sh
source "$here/steps_documents.sh"

older=
package=
release=
while [ $# -gt 0 ]; do
  case $1 in
    --older)
      older=$(realpath "$2")
      shift 2
      ;;
    --help | -h)
      sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    bookworm | trixie)
      release=$1
      shift
      ;;
    *)
      [ -f "$1" ] || fail "$1 is neither bookworm nor trixie, nor a file"
      package=$(realpath "$1")
      shift
      ;;
  esac
done

need_root test/package/run.sh
"$repository/conf/packages.sh" package root run
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

# The commit of the package that was released last.
last_package=ad1f735

# Makes a package of the new program with the scripts, units and users of the package that was released last.
make_older() {
  local file unit old=$work/older
  dpkg-deb --raw-extract "$package" "$old"
  sed -i 's/^Version: .*/Version: 0.0.9-1/' "$old/DEBIAN/control"
  older=$work/tacit_0.0.9-1.deb
  if git -C "$repository" cat-file -e "$last_package^{commit}" 2>/dev/null; then
    was systemd/hardening.conf >"$work/hardening"
    for file in conffiles postinst prerm postrm; do was packaging/$file >"$old/DEBIAN/$file"; done
    rm -r "$old/etc/tacit/tacit.conf.d" "$old"/usr/lib/systemd/system/*
    for unit in tacit-api.socket tacit-tools.socket tacit-both-api.socket tacit-both-tools.socket; do
      was systemd/$unit >"$old/usr/lib/systemd/system/$unit"
    done
    for unit in tacit-api tacit-tools tacit; do
      was systemd/$unit.service.in | sed -e "s/@TACIT_SERVICE_TYPE@/notify/" -e 's|@TACIT_SERVICE_RELOAD@|ExecReload=/bin/kill -HUP $MAINPID|' \
        -e "/@TACIT_HARDENING@/{r $work/hardening" -e 'd}' >"$old/usr/lib/systemd/system/$unit.service"
    done
    for file in sysusers tmpfiles; do was systemd/$file.conf >"$old/usr/lib/$file.d/tacit.conf"; done
    was systemd/exposure.sh >"$old/usr/share/doc/tacit/exposure.sh"
  else
    echo "The commit $last_package is not in this clone: the older package has the new one's scripts and units."
  fi
  dpkg-deb --root-owner-group --build "$old" "$older" >/dev/null
}

was() { git -C "$repository" show "$last_package:conf/$1"; }

# As conf/OPERATING.md tells; the first built package is the program's, the others have its symbols.
build_package_on_fresh_machine() {
  mkdir "$work/out"
  "$repository/test/clean-root.sh" --out "$work/out" "$release" bash -euc '
    conf/packages.sh build package
    cmake --workflow --preset package
    cp build/release/tacit_*.deb /out'
  package=$(echo "$work"/out/tacit_*.deb)
}

if [ -z "$package" ]; then
  if [ -n "$release" ]; then build_package_on_fresh_machine; else build_package; fi
fi
release=${release:-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")}
case " $debian_releases " in
  *" $release "*) ;;
  *) fail "this machine is neither Debian 12 nor 13: name a release, bookworm or trixie" ;;
esac
[ -n "$older" ] || make_older
echo "Release: $release"
echo "Package: $package"
echo "Older:   $older"
make_base
mount_root
cp "$package" "$work/root/root/tacit.deb"
cp "$older" "$work/root/root/tacit-older.deb"
cp "$here/client.sh" "$work/root/root/client.sh"
fetch_dependencies /root/tacit.deb /root/tacit-older.deb haproxy jq less
start_host

read_the_documents
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
sign_an_existing_store
keep_the_files_in_their_place
refuse_a_reload
give_admin_addresses
back_up_every_night
feed_the_audit_log
serve_by_two_api_processes
follow_the_runbook
issue_for_runtimes
recover_from_a_fallen_api
shred_for_good
move_to_a_new_host
seal_the_keyrings
serve_both_planes_in_one
remove_keeps_data
purge_removes_data
echo
echo "All $steps steps passed."
