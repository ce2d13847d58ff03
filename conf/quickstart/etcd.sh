#!/usr/bin/env bash
# Finds etcd 3.5.14 or newer, or gets it from Debian, and prints three lines: the paths of etcd, etcdctl and etcdutl.
#   conf/quickstart/etcd.sh [--find] [FOLDER]   --find: prints what is there already, and gets nothing (exit code 1 if there is none)
# On Debian 13 and later these are the system's packages (conf/packages.sh etcd). Debian 12 has only 3.4: there the
# packages of Debian 13 are unpacked into FOLDER (~/.cache/tacit/etcd), beside the system. They come from the mirror that
# apt uses, and apt verifies them by Debian's signatures, with lists and settings in a root of their own.
# Environment: TACIT_TEST_ETCD, the path of an etcd to take instead; etcdctl and etcdutl lie beside it.
# Other scripts source this file and call tacit_etcd; its functions fail with a message on standard error.
# shellcheck shell=bash

etcd_least=3.5.14
etcd_release=trixie
etcd_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

etcd_complain() {
  echo "conf/quickstart/etcd.sh: $*" >&2
  return 1
}

etcd_cache() { echo "${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/tacit/etcd"; }

# Prints the three paths if that binary is new enough and its tools are there.
etcd_if_suitable() { # path of etcd
  local etcd version tool
  etcd=$(command -v -- "$1" 2>/dev/null) || return 1
  version=$("$etcd" --version 2>/dev/null | awk '/^etcd Version:/ { print $3 }') || return 1
  [ "$(printf '%s\n' "$etcd_least" "$version" | sort -V | head -n 1)" = "$etcd_least" ] || return 1
  for tool in etcdctl etcdutl; do [ -x "$(dirname "$etcd")/$tool" ] || return 1; done
  printf '%s\n' "$etcd" "$(dirname "$etcd")/etcdctl" "$(dirname "$etcd")/etcdutl"
}

etcd_find() { # folder
  if [ -n "${TACIT_TEST_ETCD:-}" ]; then
    etcd_if_suitable "$TACIT_TEST_ETCD" ||
      etcd_complain "TACIT_TEST_ETCD=$TACIT_TEST_ETCD is not an etcd of $etcd_least or later with etcdctl and etcdutl beside it"
    return
  fi
  etcd_if_suitable etcd || etcd_if_suitable "$1/usr/bin/etcd"
}

# The mirror of the machine's own Debian packages, which has those of the next release, too.
etcd_mirror() {
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "Debian" && $3 !~ /security/ { print $3; exit }')
  [ -n "$mirror" ] ||
    mirror=$(awk '$1 == "URIs:" && $2 !~ /security/ { print $2; exit } $1 == "deb" { for (i = 2; i <= NF; ++i)
      if ($i ~ /^https?:/ && $i !~ /security/) { print $i; exit } }' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null)
  [ -n "$mirror" ] || etcd_complain "apt has no Debian mirror. Install etcd $etcd_least or later, and set TACIT_TEST_ETCD to its path" || return
  echo "${mirror%/}"
}

# apt with lists, cache, state and settings below one folder.
etcd_apt() { # folder, command
  local root=$1
  shift
  APT_CONFIG=$root/apt.conf "$@"
}

etcd_write_apt_root() { # folder, mirror
  local root=$1 architecture
  architecture=$(dpkg --print-architecture)
  mkdir -p "$root"/{lists/partial,cache/archives/partial,parts}
  : >"$root/status"
  cat >"$root/debian.sources" <<SOURCES
Types: deb
URIs: $2
Suites: $etcd_release
Components: main
Architectures: $architecture
Targets: Packages
Signed-By: $etcd_keyring
SOURCES
  # Of the machine's settings only those of the transport, such as proxies: its hooks would work on the system's lists.
  apt-config dump | grep -iE '^Acquire::(https?|Retries|ForceIPv|Check-|Max-)' >"$root/transport.conf"
  cat - "$root/transport.conf" >"$root/apt.conf" <<CONFIG
Dir::State "$root";
Dir::State::lists "$root/lists";
Dir::State::status "$root/status";
Dir::Cache "$root/cache";
Dir::Etc::parts "$root/parts";
Dir::Etc::main "/dev/null";
Dir::Etc::sourcelist "$root/debian.sources";
Dir::Etc::sourceparts "$root/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$root/parts";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
CONFIG
}

# Verified packages into FOLDER. A folder that is half unpacked never has its final name.
etcd_unpack() { # folder
  local folder=$1 work mirror package
  [ -r "$etcd_keyring" ] || etcd_complain "$etcd_keyring is missing: install debian-archive-keyring" || return
  mirror=$(etcd_mirror) || return
  mkdir -p "$(dirname "$folder")" || return
  work=$(mktemp -d "$folder.new.XXXXXX") || return
  echo "Getting etcd of Debian $etcd_release (12 MB of packages, and 10 MB of lists)" >&2
  if etcd_write_apt_root "$work/apt" "$mirror" &&
    etcd_apt "$work/apt" apt-get update -qq >"$work/log" 2>&1 &&
    (cd "$work" && etcd_apt "$work/apt" apt-get download -qq etcd-server etcd-client) >>"$work/log" 2>&1; then
    for package in "$work"/etcd-*.deb; do dpkg-deb --extract "$package" "$work/files" >>"$work/log" 2>&1 || break; done
  fi
  if [ -x "$work/files/usr/bin/etcd" ] && [ -x "$work/files/usr/bin/etcdctl" ] && [ -x "$work/files/usr/bin/etcdutl" ]; then
    rm -rf "$folder"
    mv "$work/files" "$folder"
    rm -rf "$work"
    return
  fi
  etcd_complain "apt could not get etcd-server and etcd-client of $etcd_release from $mirror: $(tail -n 5 "$work/log" 2>/dev/null)"
  rm -rf "$work"
  return 1
}

# The three paths, as above; gets what is missing.
tacit_etcd() { # [folder]
  local folder=${1:-$(etcd_cache)} here
  if etcd_find "$folder"; then return; fi
  [ -z "${TACIT_TEST_ETCD:-}" ] || return 1
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    etcd_complain "this is not Debian: install etcd $etcd_least or later, and set TACIT_TEST_ETCD to its path" || return
  here=$(dirname "${BASH_SOURCE[0]}")
  if dpkg --compare-versions "$(apt-cache policy etcd-server | awk '$1 == "Candidate:" { print $2 }')" ge "$etcd_least"; then
    "$here/../packages.sh" etcd >&2 || return
  else
    etcd_unpack "$folder" || return
  fi
  etcd_find "$folder" || etcd_complain "the packages hold no etcd of $etcd_least or later that runs here"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  case "${1:-}" in
    --help | -h) sed -n '2,9s/^# \{0,1\}//p' "$0" ;;
    --find)
      etcd_find "${2:-$(etcd_cache)}" || exit 1
      ;;
    *) tacit_etcd "$@" ;;
  esac
fi
