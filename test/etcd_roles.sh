#!/usr/bin/env bash
# Tries conf/etcd/roles.sh on a real etcd with TLS: what each user may and may not write, and that a second run mends what was
# changed. Takes about a minute. Needs etcd (conf/quickstart/etcd.sh gets it; TACIT_TEST_ETCD names another), openssl and jq.
#   test/etcd_roles.sh
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for part in state cluster_etcd cluster; do
  # shellcheck source=/dev/null
  source "$repository/conf/quickstart/$part.sh"
done

state=$(mktemp -d)
trap 'stop_cluster; rm -rf "$state"' EXIT
find_etcd
etcd_nodes=(1)
etcd_port=$(free_ports)

failures=0
expected=0
complain() {
  failures=$((failures + 1))
  echo "$*" >&2
}

as() { # user, arguments of etcdctl
  local user=$1
  shift
  ETCDCTL_ENDPOINTS=$(etcd_endpoints https://) ETCDCTL_CACERT=$state/etcd-ca.pem ETCDCTL_CERT=$state/etcd-as-$user.pem \
    ETCDCTL_KEY=$state/etcd-as-$user.key "$etcdctl" --command-timeout=5s "$@" >"$state/answer" 2>&1
}

# A key is named by what follows the store's prefix.
may() { # user, keys
  local user=$1 key
  shift
  for key in "$@"; do
    expected=$((expected + 1))
    as "$user" put "tacit/main/$key" value || complain "$user may not write $(printf %q "$key"): $(tail -n 1 "$state/answer")"
    as "$user" del "tacit/main/$key" || complain "$user may not delete $(printf %q "$key"): $(tail -n 1 "$state/answer")"
  done
}
may_not() { # user, keys
  local user=$1 key
  shift
  for key in "$@"; do
    expected=$((expected + 1))
    if as "$user" put "tacit/main/$key" value; then complain "$user may write $(printf %q "$key")"; fi
    grep -q 'permission denied' "$state/answer" || complain "$user: $(tail -n 1 "$state/answer") instead of a refusal"
  done
}

# The first and the last slot of an owner: 4096 times its number, and a number from 1 to 4095.
slots_of() { # first four bits
  local kind
  for kind in h a; do printf "%s\\x${1}0\\x01%s\n%s\\x${1}f\\xff%s\n" "$kind" "$2" "$kind" "$2"; done
  printf "w\\x${1}0\\x01\nw\\x${1}f\\xff\n"
}

check_permissions() {
  local api tools operator shared=(wcompactor $'w\xff\xffpin')
  mapfile -t api < <(slots_of 1 '')
  mapfile -t tools < <(slots_of 2 '')
  mapfile -t operator < <(slots_of 3 '')
  local store=(m mformat mkeys merasing-x)
  local rows=(t txyz k kxyz)
  may tacit-api "${rows[@]}" p pkey u "uuse x" "${api[@]}" "${shared[@]}"
  may_not tacit-api "${store[@]}" mcut-off "${tools[@]}" "${operator[@]}" wother s v
  may tacit-tools p pkey u "uuse x" mcut-off "${tools[@]}" "${shared[@]}"
  may_not tacit-tools "${store[@]}" mcut-off2 "${rows[@]}" "${api[@]}" "${operator[@]}" wother
  may tacit-both "${rows[@]}" p u mcut-off "${api[@]}" "${tools[@]}" "${shared[@]}"
  may_not tacit-both "${store[@]}" "${operator[@]}"
  may tacit-operator "${store[@]}" "${rows[@]}" p u "${api[@]}" "${tools[@]}" "${operator[@]}" "${shared[@]}"
  may tacit-reader $'w\xff\xffpin'
  may_not tacit-reader "${store[@]}" "${rows[@]}" p u mcut-off wcompactor "${api[@]}" "${tools[@]}" "${operator[@]}"
  local user
  for user in tacit-api tacit-tools tacit-both tacit-operator tacit-reader; do
    expected=$((expected + 2))
    as "$user" get --prefix tacit/main/ || complain "$user may not read the store: $(tail -n 1 "$state/answer")"
    if as "$user" get tacit/other/x || as "$user" get tacit/main || as "$user" put tacit/other/x value; then
      complain "$user is not confined to the store"
    fi
  done
}

roles() { # arguments
  ETCDCTL=$etcdctl ETCDCTL_ENDPOINTS=$(etcd_endpoints https://) ETCDCTL_CACERT=$state/etcd-ca.pem \
    ETCDCTL_CERT=$state/etcd-as-root.pem ETCDCTL_KEY=$state/etcd-as-root.key "$repository/conf/etcd/roles.sh" "$@" \
    >"$state/roles.log" 2>&1
}

check_mending() {
  expected=$((expected + 4))
  roles --check || complain "a second look finds: $(cat "$state/roles.log")"
  as root role grant-permission tacit-main-tools readwrite tacit/main/k
  as root role revoke-permission tacit-main-api tacit/main/t tacit/main/u
  as root user grant-role tacit-tools tacit-main-api
  if roles --check; then complain "--check does not see what was changed"; fi
  roles || complain "$(cat "$state/roles.log")"
  grep -q '^3 differences mended' "$state/roles.log" || complain "not three differences: $(cat "$state/roles.log")"
  roles --check || complain "after mending: $(cat "$state/roles.log")"
}

# A host that runs must not lose a right that it needs while the roles are mended.
check_order() {
  local wrapper=$state/etcdctl-that-tells
  expected=$((expected + 3))
  printf '#!/bin/sh\necho "$*" >>%q\nexec %q "$@"\n' "$state/calls" "$etcdctl" >"$wrapper"
  chmod +x "$wrapper"
  as root role grant-permission tacit-main-api readwrite tacit/main/t tacit/main/u # another type for a range that it has
  as root role grant-permission tacit-main-api write tacit/main/m
  as root role revoke-permission tacit-main-api tacit/main/k tacit/main/l
  etcdctl=$wrapper roles || complain "$(cat "$state/roles.log")"
  if grep -q 'revoke-permission tacit-main-api tacit/main/t' "$state/calls"; then complain "a right was taken to be given back"; fi
  grep -E 'grant-permission|revoke-permission' "$state/calls" | sed 's/^role \([a-z]*\).*/\1/' | sort -c ||
    complain "rights were taken before others were given: $(cat "$state/calls")"
}

make_etcd_certificates
start_etcd
if roles --check; then complain "--check is content with an etcd that has no roles"; fi
roles || complain "$(cat "$state/roles.log")"
check_permissions
check_mending
check_order
check_permissions

[ "$expected" -gt 0 ] && [ "$failures" = 0 ] || exit 1
echo "$expected expectations of etcd's roles, all met"
