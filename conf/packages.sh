#!/usr/bin/env bash
# Installs the Debian packages that the named purposes need, and only those that are missing. The one list of them.
#   conf/packages.sh build run unit test console python clang fuzz tidy package root bench counts compare etcd network go
set -euo pipefail

# Debian 12 has two versions of Boost; its packages without a version in their names are too old. Later releases have one version.
boost=
clang=19  # the version of `clang`
if [ "$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")" = bookworm ]; then
  boost=1.81
  clang=14
fi

declare -Ar packages=(
  # To compile Tacit: Boost.Asio, Beast, JSON and Program_options; LMDB keeps the store; OpenSSL does TLS and cryptography;
  # prometheus-cpp writes metrics. For the engine on etcd (-DTACIT_ETCD=OFF builds without): gRPC calls it; protobuf has the messages,
  # and its compiler with gRPC's plugin makes their code from etcd.proto; zlib packs the audit log's blocks.
  [build]="g++ cmake ninja-build ccache libboost$boost-dev libboost-json$boost-dev libboost-program-options$boost-dev liblmdb-dev libssl-dev prometheus-cpp-dev
    libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc zlib1g-dev"
  # What conf/quickstart.sh calls: makes development certificates, asks the server, reads its answers.
  [run]="openssl curl jq"
  # Boost.Test runs the tests; mkfs and mount make the small disk that one test fills up, if the user may mount; the shells test
  # their completions.
  [unit]="libboost-test$boost-dev e2fsprogs mount bash-completion zsh fish"
  # Some tests run load balancers in front of Tacit; Prometheus' promtool checks metrics and rules.
  [test]="haproxy nginx-light libnginx-mod-stream prometheus"
  # test/bench/instructions.sh counts the instructions of requests.
  [counts]="valgrind"
  # test/console opens the console in a browser, which shows no text without a font.
  [console]="chromium fonts-dejavu-core"
  # test/runtime/python.sh tests conf/runtime/python; the rest comes from the index of Python packages.
  [python]="python3 python3-venv"
  # conf/quickstart.sh --cluster has a balancer in front of its hosts; conf/quickstart/etcd.sh gets etcd.
  [cluster]="haproxy"
  # The second compiler: clang 14 on Debian 12, which CI uses, 19 on Debian 13.
  [clang]="clang"
  # test/fuzz: clang's libraries for sanitizers and libFuzzer, a fast linker, and names of functions in reports.
  [fuzz]="clang libclang-rt-$clang-dev lld llvm"
  # test/tidy.sh: one version, because each version reports different findings. Debian 12 has it.
  [tidy]="clang-14 clang-tidy-14"
  # The Debian package.
  [package]="dpkg-dev file"
  # Minimal roots of Debian releases, for test/clean-root.sh and test/package/run.sh.
  [root]="debootstrap git"
  # A store for several hosts; new enough from Debian 13 on (conf/quickstart/etcd.sh knows what to do on Debian 12).
  [etcd]="etcd-server etcd-client"
  # test/cluster.sh: namespaces with devices of their own; its clients and their judge are written in Go.
  [network]="iproute2 util-linux"
  [go]="golang-go"
  # The server to compare with.
  [bench]="nginx-light"
  # Load generators (ab for client certificates, which wrk has not) for test/bench/compare.sh.
  [compare]="wrk apache2-utils"
)

fail() {
  echo "conf/packages.sh: $*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "installing packages needs root, and there is no sudo here. As root: apt-get install ${missing[*]}"
  fi
}

installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# An independent implementation of HPKE and an identity provider for the tests come from npm; for measuring, a script signs tokens.
# Any Node.js from version 18 on suffices, also one that is not Debian's.
node_is_there() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    [ "$(node --print 'process.versions.node.split(".")[0]')" -ge 18 ]
}

missing=()
for purpose in "$@"; do
  [ -n "${packages[$purpose]:-}" ] || fail "unknown purpose $purpose; known are: ${!packages[*]}"
  for package in ${packages[$purpose]}; do
    installed "$package" || missing+=("$package")
  done
  if [[ $purpose = unit || $purpose = test || $purpose = console || $purpose = bench ]] && ! node_is_there; then missing+=(nodejs npm); fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || fail "this is not Debian: install by hand what corresponds to: ${missing[*]}"
as_root true
echo "Installing ${#missing[@]} packages and what they depend on: ${missing[*]}"

# Packages such as nginx and prometheus start their service when installed; this tells them not to.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'as_root rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
fi

as_root apt-get update -qq -o APT::Update::Error-Mode=any ||
  echo "conf/packages.sh: not all package lists could be read (see above); going on with those that are there" >&2

# Of the release that apt installs from; what is there already is CMake's to judge.
candidate=$(apt-cache policy "libboost$boost-dev" | awk '$1 == "Candidate:" { print $2 }')
case " ${missing[*]} " in
  *" libboost$boost-dev "*)
    if [ -z "$candidate" ] || [ "$candidate" = "(none)" ]; then
      fail "apt knows no package libboost$boost-dev: does this machine reach its package mirror (apt-get update)?"
    fi
    dpkg --compare-versions "$candidate" ge 1.81 ||
      fail "this release has Boost ${candidate%%-*}, and Tacit needs 1.81: use Debian 12 or 13"
    ;;
esac

as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
  fail "apt could not install ${missing[*]}: see its messages above. Does this machine reach its package mirror (apt-get update), and is nothing else installing?"
