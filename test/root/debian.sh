# Makes minimal roots of Debian releases from the mirror that this host's apt uses. Sourced by test/clean-root.sh and
# test/package/run.sh, which have a `fail`.
# shellcheck shell=bash disable=SC2016,SC2034

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tacit
debian_releases="bookworm trixie"
host_authorities=/etc/ssl/host-authorities.pem

need_root() {  # need_root WHAT
  [ "$(id -u)" = 0 ] || fail "$1 needs root: run it as root or with sudo"
}

# Debian's archives in the host's apt sources: one line SUITE|URI|FILE for each, SUITE being a suffix such as -security, or empty.
host_archives() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(RELEASE)|$(CODENAME)|$(REPO_URI)|$(COMPONENT)|$(SOURCESENTRY)' 'Created-By: Packages' |
    awk -F'|' -v codename="$codename" '
      $4 == "main" && ($1 ~ "^" codename || $2 ~ "^" codename) {
        suffix = $1 ~ "^" codename ? substr($1, length(codename) + 1) : substr($2, length(codename) + 1)
        if (suffix ~ /^(-updates|-security|)$/ && !seen[suffix]++) { sub(/:[0-9]+$/, "", $5); print suffix "|" $3 "|" $5 }
      }'
}

# The sources of RELEASE, as lines of sources.list.
debian_sources() {  # debian_sources RELEASE
  local suffix uri file options
  if [ -n "${TACIT_DEBIAN_MIRROR:-}" ]; then
    echo "deb $TACIT_DEBIAN_MIRROR $1 main"
    return
  fi
  host_archives | while IFS='|' read -r suffix uri file; do
    options=
    if trusts_without_signature "$file"; then options=' [trusted=yes]'; fi
    echo "deb$options $uri $1$suffix main"
  done
}

trusts_without_signature() {  # FILE of the host's sources
  [ -f "$1" ] && grep -Eiq '^[^#]*trusted(=|: *)yes' "$1"
}

debian_mirror() {  # debian_mirror RELEASE: prints the mirror of its packages
  debian_sources "$1" | awk -v release="$1" '$(NF - 1) == release { print $(NF - 2); exit }'
}

# The keyring that the host's source of Debian names; by default, the usual one.
host_keyring() {
  local file named
  file=$(host_archives | awk -F'|' '$1 == "" { print $3; exit }')
  if [ -f "$file" ]; then
    named=$(sed -nE 's/^[^#]*signed-by(=|: *)(\/[^] ,]+).*/\2/Ip' "$file" | head -n 1)
  fi
  named=${named:-/usr/share/keyrings/debian-archive-keyring.gpg}
  [ ! -e "$named" ] || echo "$named"
}

# A host's keyring may be older than the release. The host's apt verifies the newest one of its own release.
newest_keyring() {  # newest_keyring DIRECTORY: prints the keyring's path
  (
    cd "$1"
    apt-get -qq download debian-archive-keyring
    dpkg-deb --extract debian-archive-keyring_*.deb keyring
  ) >&2 && find "$1/keyring/usr/share/keyrings" -name 'debian-archive-keyring.*' | head -n 1
}

# make_debian_root RELEASE DIRECTORY [PACKAGE,…]: creates DIRECTORY/root, unless it exists and is less than 30 days old.
make_debian_root() {
  local release=$1 directory=$2 packages=${3:-} lock
  mkdir -p "$directory"
  exec {lock}>"$directory/lock"
  flock --nonblock "$lock" || {
    echo "Waiting for another process that makes $directory/root"
    flock "$lock"
  }
  if [ -z "$(find "$directory/made" -mtime -30 2>/dev/null)" ] || [ "$(cat "$directory/made")" != "$packages" ]; then
    bootstrap "$release" "$directory" "$packages"
  fi
  exec {lock}>&-
}

bootstrap() {  # RELEASE DIRECTORY PACKAGES
  local release=$1 directory=$2 packages=$3 mirror keyring script=/usr/share/debootstrap/scripts/$1 begin=$SECONDS
  mirror=$(debian_mirror "$release")
  [ -n "$mirror" ] || fail "this host's apt has no source of its own Debian release: run apt-get update, or set TACIT_DEBIAN_MIRROR to a mirror's URL"
  # For a release newer than the host's debootstrap, uses the script of the newest release that debootstrap supports.
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
  local options=(--variant=minbase ${packages:+"--include=$packages"})
  if [ -z "${TACIT_DEBIAN_MIRROR:-}" ] && trusts_without_signature "$(host_archives | awk -F'|' '$1 == "" { print $3; exit }')"; then
    options+=(--no-check-gpg)
  else
    keyring=$(host_keyring)
  fi
  echo "Making a root of Debian $release in $directory/root (some minutes, once)"
  rm -rf "$directory/root" "$directory/made" "$directory/keyring"
  if ! debootstrap_with "$keyring" "$directory/log" "${options[@]}" "$release" "$directory/root" "$mirror" "$script"; then
    grep -Eq 'unknown key|NO_PUBKEY|Keyring file not available' "$directory/log" || fail "debootstrap failed: see $directory/log"
    echo "The host's keyring does not have this release's key: trying the newest keyring that the host's apt has"
    mkdir "$directory/keyring"
    keyring=$(newest_keyring "$directory/keyring") || fail "the host's apt cannot fetch debian-archive-keyring"
    rm -rf "$directory/root"
    debootstrap_with "$keyring" "$directory/log" "${options[@]}" "$release" "$directory/root" "$mirror" "$script" ||
      fail "debootstrap failed: see $directory/log"
  fi
  rm -f "$directory"/root/var/cache/apt/archives/*.deb
  echo "$packages" >"$directory/made"
  echo "Made in $((SECONDS - begin)) s"
}

# In its own mount namespace, so that no mount is left after an interruption. Prints the steps of its log.
debootstrap_with() {  # KEYRING LOG ARGUMENT…
  local keyring=$1 log=$2
  shift 2
  unshare --mount debootstrap ${keyring:+"--keyring=$keyring"} "$@" 2>&1 | tee "$log" |
    grep --line-buffered -E '^(I: (Checking Release|Resolving|Found|Installing core|Unpacking the base|Configuring the base|Base system)|E: )' |
    sed -u 's/^I: /  /'
  return "${PIPESTATUS[0]}"
}

# Copies from the host: the sources of packages, apt's settings for fetching, name resolution, and the authorities that TLS trusts.
# Does not copy the host's whole apt configuration, which calls programs that only the host has.
connect_to_network() {  # connect_to_network RELEASE ROOT
  local release=$1 root=$2
  debian_sources "$release" >"$root/etc/apt/sources.list"
  rm -f "$root"/etc/apt/sources.list.d/*.sources
  apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Check-|Max-|ForceIPv|Queue|Languages|By-Hash|.*[Pp]roxy)' |
    grep -Ev '""|Auto-?[Dd]etect' >"$root/etc/apt/apt.conf.d/90host" || true
  # dpkg reports in lines instead of a progress display, because there is no terminal.
  echo 'Dpkg::Use-Pty "0";' >>"$root/etc/apt/apt.conf.d/90host"
  cp -r /etc/apt/auth.conf /etc/apt/auth.conf.d "$root/etc/apt/" 2>/dev/null || true
  copy_trust "$root"
  rm -f "$root/etc/resolv.conf"
  cat /etc/resolv.conf >"$root/etc/resolv.conf"
  # The names of the host's file, without those of loopback addresses, which a new root may lack.
  awk '$1 !~ /^(#|127\.|::1$|f[ef][0-9a-f]*::)/ && NF > 1' /etc/hosts >"$root/etc/hosts.host" 2>/dev/null || true
  if [ -s "$root/etc/hosts.host" ]; then mv "$root/etc/hosts.host" "$root/etc/hosts"; else rm -f "$root/etc/hosts.host"; fi
}

copy_trust() {  # ROOT
  local root=$1 keyring
  keyring=$(host_keyring)
  if [ -n "$keyring" ] && [ ! -e "$root$keyring" ]; then install -D -m 644 "$keyring" "$root$keyring"; fi
  # The host's own mirror may sign with its own key.
  cp -n /etc/apt/trusted.gpg.d/* "$root/etc/apt/trusted.gpg.d/" 2>/dev/null || true
  mkdir -p "$root/usr/local/share/ca-certificates" "$root/etc/ssl"
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  # The package ca-certificates creates the usual file. This one is for the time before, and for Node.js, which has its own authorities:
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$root/$host_authorities"
    echo "Acquire::https::CaInfo \"$host_authorities\";" >>"$root/etc/apt/apt.conf.d/90host"
  fi
}
