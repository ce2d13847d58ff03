#!/usr/bin/env bash
# Runs a command with the files of a fresh machine: in a new minimal root of a Debian release, in a fresh clone of the last
# commit, with only the packages of debootstrap's minbase. Needs root. Its exit code is the command's.
#   test/clean-root.sh [--cold] [--remake] [--out DIRECTORY] [bookworm|trixie] COMMAND…
#     e.g. test/clean-root.sh trixie conf/quickstart.sh --check
#          test/clean-root.sh bookworm bash
# The default release is bookworm. COMMAND starts in the clone, /src/tacit, as root and with a new environment (CI, proxies and
# npm's and pip's settings are passed on; set others by env). The base root, downloaded packages and the caches of npm, pip and
# the compiler are kept in ~/.cache/tacit, so that a second run is quick; no run changes the base root.
#   --cold           use no cache except the base root, and write to none
#   --remake         make the base root again first (automatic after 30 days)
#   --out DIRECTORY  mount DIRECTORY at /out in the root, to get files out
# Environment: TACIT_DEBIAN_MIRROR, the mirror for packages; by default the one that this host's apt uses.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "clean-root: $*" >&2
  exit 125
}
say() { echo "clean-root: $*" >&2; }

# shellcheck source=test/root/debian.sh
source "$repository/test/root/debian.sh"

usage() {
  sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

# In the background, because deleting ten thousand files takes minutes on a file system that discards their blocks.
remove_in_background() { # directory
  (setsid nice rm -rf --one-file-system "$1" </dev/null >/dev/null 2>&1 &)
}

# A run locks its directory until it ends. Removes the directories of runs that were killed.
make_run_directory() {
  local old
  mkdir -p "$cache/runs"
  for old in "$cache"/runs/*; do
    if [ -d "$old" ] && flock --nonblock "$old" true; then remove_in_background "$old"; fi
  done
  run=$(mktemp -d "$cache/runs/XXXXXX")
  exec {run_lock}<"$run"
  flock --shared "$run_lock"
  # Users other than root need access to /tmp and the clone.
  chmod 755 "$run"
  mkdir "$run/changes" "$run/overlay" "$run/root" "$run/tmp" "$run/debs" "$run/source"
  chmod 1777 "$run/tmp"
}

clone() {
  local commit dirty
  # The checkout may belong to another user, which is not a risk here.
  local git=(git --no-optional-locks -c "safe.directory=*")
  commit=$("${git[@]}" -C "$repository" rev-parse HEAD) || fail "$repository is no git checkout"
  dirty=$("${git[@]}" -C "$repository" status --porcelain | wc -l)
  [ "$dirty" = 0 ] || say "NOTE: $dirty files differ from the commit and are not tested as they are: commit them first"
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' \
    git clone --quiet --no-hardlinks --no-checkout "$repository" "$run/source"
  git -C "$run/source" -c advice.detachedHead=false checkout --quiet --detach "$commit"
  say "commit $(git -C "$run/source" log -1 --format='%h %s')"
}

# A run has its own copies of packages, because apt locks their directory.
take_packages() {
  mkdir -p "$cache/debs/$release" "$cache/ccache" "$cache/npm" "$cache/pip"
  find "$cache/debs/$release" -name '*.deb' -exec cp --link -t "$run/debs" {} +
}
# shellcheck disable=SC2317  # called by a trap
keep_packages() {
  # A package with a second link is in the cache already.
  find "$run/debs" -maxdepth 1 -name '*.deb' -links 1 -exec mv -f -t "$cache/debs/$release" {} +
  find "$cache/debs/$release" -name '*.deb' -ctime +90 -delete
}

# shellcheck disable=SC2317  # called by a trap
finish() {
  if [ -n "${launcher:-}" ]; then
    kill -s KILL "$launcher" 2>/dev/null || true
    wait "$launcher" 2>/dev/null || true
  fi
  if [ -n "${run:-}" ]; then
    [ -n "$cold" ] || keep_packages
    remove_in_background "$run"
  fi
}

# The processor time of this process and its children, in seconds.
cpu_seconds() {
  local stat
  read -ra stat <"/proc/$$/stat"
  echo $(((stat[13] + stat[14] + stat[15] + stat[16]) / $(getconf CLK_TCK)))
}

# The rest runs as process 1 of its own PID and mount namespaces, so that no process or mount outlives it.
mount_root() {
  local base=$cache/roots/$release/root
  if ! mount -t overlay overlay -o "lowerdir=$base,upperdir=$run/changes,workdir=$run/overlay" "$run/root" 2>/dev/null; then
    say "no overlay file system here: copying the root"
    cp -a "$base/." "$run/root/"
    mount --bind "$run/root" "$run/root"
  fi
  mount -t proc proc "$run/root/proc"
  mount --rbind --make-rslave /sys "$run/root/sys"
  mount --rbind --make-rslave /dev "$run/root/dev"
  mount -t tmpfs tmpfs "$run/root/run" -o mode=755
  bind "$run/tmp" /tmp
  bind "$run/source" /src/tacit
  bind "$run/debs" /var/cache/clean-root
  if [ -z "$cold" ]; then
    bind "$cache/ccache" /root/.cache/ccache
    bind "$cache/npm" /root/.npm
    bind "$cache/pip" /root/.cache/pip
  fi
  if [ -n "$out" ]; then bind "$out" /out; fi
}
bind() {  # bind FROM TO: TO is in the root
  mkdir -p "$run/root$2"
  mount --bind "$1" "$run/root$2"
}

configure_root() {
  connect_to_network "$release" "$run/root"
  # The packages' cache; without this setting apt would remove them after installing.
  printf '%s\n' 'Dir::Cache::Archives "/var/cache/clean-root/";' 'APT::Keep-Downloaded-Packages "1";' \
    >"$run/root/etc/apt/apt.conf.d/91clean-root"
  # The root is discarded anyway, so dpkg need not wait for the disk.
  echo force-unsafe-io >"$run/root/etc/dpkg/dpkg.cfg.d/clean-root"
  if [ -e "${HOME:-/root}/.npmrc" ]; then cp "${HOME:-/root}/.npmrc" "$run/root/root/.npmrc"; fi
}

run_inside() {
  local settings=() name code=0
  mount --make-rprivate /
  mount_root
  configure_root
  while read -r name; do
    settings+=("$name=${!name}")
  done < <(compgen -e | grep -Ei '^(CI|TERM|(https?|ftp|all|no)_proxy|npm_config_[a-z_]+|pip_(index_url|extra_index_url|trusted_host|default_timeout))$')
  if [ -e "$run/root$host_authorities" ]; then
    settings+=("NODE_EXTRA_CA_CERTS=$host_authorities" "PIP_CERT=$host_authorities")
  fi
  mkdir "$run/root/.host"
  cd "$run/root"
  pivot_root . .host
  cd /src/tacit
  umount -l /.host
  rmdir /.host
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  env --ignore-environment --default-signal=INT,QUIT PATH=$PATH HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 \
    "${settings[@]}" "$@" || code=$?
  exit $code
}

read_arguments() {
  cold=
  remake=
  out=
  release=bookworm
  while [ $# -gt 0 ]; do
    case $1 in
      --cold) cold=yes ;;
      --remake) remake=yes ;;
      --out)
        [ -d "${2:-}" ] || fail "--out wants a directory that exists"
        out=$(realpath "$2")
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      -*) fail "unknown option $1; see --help" ;;
      *) break ;;
    esac
    shift
  done
  case " $debian_releases " in
    *" ${1:-} "*)
      release=$1
      shift
      ;;
  esac
  [ $# -gt 0 ] || {
    usage >&2
    exit 125
  }
  command=("$@")
}

main() {
  read_arguments "$@"
  need_root test/clean-root.sh
  "$repository/conf/packages.sh" root
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  if [ -n "$remake" ]; then rm -f "$cache/roots/$release/made"; fi
  make_debian_root "$release" "$cache/roots/$release" >&2
  make_run_directory
  clone
  if [ -z "$cold" ]; then take_packages; fi
  say "Debian $release: ${command[*]}"
  export cache run release cold out
  # In the background, so that signals are handled at once.
  unshare --mount --pid --fork --kill-child bash "${BASH_SOURCE[0]}" --inside "${command[@]}" <&0 &
  launcher=$!
  local code=0
  wait $launcher || code=$?
  launcher=
  say "Debian $release: exit code $code after $SECONDS s ($(cpu_seconds) s of processors): ${command[*]}"
  exit $code
}

if [ "${1:-}" = --inside ]; then
  shift
  run_inside "$@"
else
  main "$@"
fi
