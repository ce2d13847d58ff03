#!/usr/bin/env bash
# Makes etcd's users and roles for the processes of Tacit that share one store, and switches etcd's authentication on.
#   conf/etcd/roles.sh [--check] [--users PREFIX] [STORE]     --check: changes nothing, names what differs, exit code 1 if something does
# STORE is the name at the end of the setting `store` (main). A user is the common name of a client's certificate:
#   PREFIX-api       the API plane: tenants, API keys, uses of both, prekeys, its own audit slots
#   PREFIX-tools     the tool plane: prekeys, uses of API keys and secrets, its own audit slots; no secret and no API key
#   PREFIX-both      a process of both planes: the roles of both
#   PREFIX-operator  commands: everything below the store's prefix
#   PREFIX-reader    backups and the audit feed: nothing but reading
#   root             the administrator of etcd, with all rights
# PREFIX is `tacit`. Another store in the same etcd needs another prefix. Each user reads the whole store and nothing else.
# Needs etcdctl and jq, and etcdctl's own variables: ETCDCTL_ENDPOINTS, ETCDCTL_CACERT, and ETCDCTL_CERT with ETCDCTL_KEY,
# whose common name is root. ETCDCTL names another etcdctl. A second run mends what differs, permissions that are too many too.
set -euo pipefail

usage() { sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

fail() {
  echo "conf/etcd/roles.sh: $*" >&2
  exit 1
}

check=no
users=tacit
store=main
while [ $# -gt 0 ]; do
  case $1 in
    --check) check=yes ;;
    --users)
      [ $# -ge 2 ] || fail "--users needs a prefix"
      users=$2
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) store=$1 ;;
  esac
  shift
done
[[ $store =~ ^[A-Za-z0-9._-]{1,64}$ ]] || fail "a store's name has at most 64 letters, digits, dots, hyphens and underscores: $store"
[[ $users =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "users' prefix has letters, digits, '.', '_' and '-': $users"
command -v jq >/dev/null || fail "jq is missing: apt install jq"

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# Its messages on standard error are a JSON line of the client and then the reason.
ctl() {
  "${ETCDCTL:-etcdctl}" "$@" 2>"$errors" || return
}
ctl_or_fail() {
  ctl "$@" || fail "etcdctl $1 $2: $(tail -n 1 "$errors")"
}

# --- What there should be ---------------------------------------------------------------------------------------------
# The letters behind the prefix: m the store's own rows, p prekeys, u uses of API keys and of secrets, t tenants, k API keys, h the heads of
# audit slots, a their blocks, w leases. A slot is two bytes; its first four bits are its owner: 1 API plane, 2 tool plane, 3
# commands. So an owner's slots are a range whose bounds are one byte behind the letter, and no argument holds a NUL.

prefix=tacit/$store/

# A permission is a line: type (read, write), key, end of the range (empty: this key alone); the last two in base64.
permission() { # type, key, end
  printf '%s %s %s\n' "$1" "$(printf %s "$2" | base64 -w 0)" "$(printf %s "$3" | base64 -w 0)"
}
letter() { permission write "$prefix$1" "$prefix$(tr a-y b-z <<<"$1")"; }
slots() { # first byte, the first byte of the next owner
  local kind
  for kind in h a w; do permission write "$prefix$kind$1" "$prefix$kind$2"; done
}
everyone() {
  permission read "$prefix" "${prefix%/}0" # '0' follows '/'
}
# One server at a time compacts etcd's history.
compactor() { permission write "${prefix}wcompactor" ''; }
# A long walk keeps the revision that it reads from compaction.
pins() { permission write "${prefix}w"$'\xff\xff' "${prefix}x"; }

permissions_of() { # role
  case $1 in
    api)
      everyone
      letter t
      letter k
      letter p # a new tenant takes a prekey: deletes it
      letter u
      slots $'\x10' $'\x20'
      compactor
      pins
      ;;
    tools)
      everyone
      letter p # makes prekeys
      letter u
      permission write "${prefix}mcut-off" '' # the signed record of the entry from which signatures are required
      slots $'\x20' $'\x30'
      compactor
      pins
      ;;
    reader)
      everyone
      pins
      ;;
    operator) permission readwrite "$prefix" "${prefix%/}0" ;;
  esac
}

roles_of() { # user's suffix
  case $1 in
    both) echo "$(role api) $(role tools)" ;;
    *) role "$1" ;;
  esac
}
role() { echo "tacit-$store-$1"; }

# --- What there is ----------------------------------------------------------------------------------------------------

existing_permissions() { # role
  ctl_or_fail role get "$1" --write-out json |
    jq -r '(.perm // [])[] | [["read", "write", "readwrite"][.permType // 0], .key, .range_end // ""] | join(" ")'
}
exists() { # user | role, name
  local all
  all=$(ctl_or_fail "$1" list) || exit 1
  grep -qxF -- "$2" <<<"$all"
}
roles_of_existing() { # user
  ctl_or_fail user get "$1" --write-out json | jq -r '(.roles // [])[]'
}
authentication_is_on() {
  ctl_or_fail auth status --write-out json | jq -e '.enabled // false' >/dev/null
}

# --- From one to the other --------------------------------------------------------------------------------------------

differences=0
differs() { # what, command to mend it
  differences=$((differences + 1))
  echo "$1"
  shift
  if [ $check = no ]; then ctl_or_fail "$@" >/dev/null; fi
}
shown() { # base64
  printf %q "$(base64 -d <<<"$1")"
}

make_role() { # api | tools | operator | reader
  local name type key end
  name=$(role "$1")
  if ! exists role "$name"; then
    differs "role $name is missing" role add "$name"
    if [ $check = yes ]; then return; fi
  fi
  local expected existing
  expected=$(permissions_of "$1" | LC_ALL=C sort)
  existing=$(existing_permissions "$name" | LC_ALL=C sort) || exit 1
  # First what is missing, then what is too many, so that hosts that run lose no right that they need meanwhile. etcd keeps
  # one permission for a range: a grant replaces the type of an existing one.
  while read -r type key end; do
    [ -n "$type" ] || continue
    differs "role $name may not $type from $(shown "$key") to $(shown "$end")$(instead_of "$key $end" "$existing")" \
      role grant-permission "$name" "$type" "$(base64 -d <<<"$key")" ${end:+"$(base64 -d <<<"$end")"}
  done < <(LC_ALL=C comm -23 <(echo "$expected") <(echo "$existing"))
  while read -r type key end; do
    [ -n "$type" ] || continue
    [ -z "$(type_of "$key $end" "$expected")" ] || continue
    differs "role $name may $type from $(shown "$key") to $(shown "$end"), which is too much" \
      role revoke-permission "$name" "$(base64 -d <<<"$key")" ${end:+"$(base64 -d <<<"$end")"}
  done < <(LC_ALL=C comm -13 <(echo "$expected") <(echo "$existing"))
}
# The type of the permission for a range ("key end") in a list of permissions; nothing if it has none.
type_of() { # range, permissions
  local type key end
  while read -r type key end; do
    if [ "$key $end" = "$1" ]; then
      echo "$type"
      return
    fi
  done <<<"$2"
}
instead_of() { # range, existing permissions
  local type
  type=$(type_of "$1" "$2")
  if [ -n "$type" ]; then echo ", but $type"; fi
}

make_user() { # name, roles
  local name=$1 wanted has
  shift
  if ! exists user "$name"; then
    # Without a password: the certificate alone says which user this is.
    differs "user $name is missing" user add "$name" --no-password
    if [ $check = yes ]; then return; fi
  fi
  has=$(roles_of_existing "$name") || exit 1
  for wanted in "$@"; do
    grep -qxF -- "$wanted" <<<"$has" || differs "user $name has not the role $wanted" user grant-role "$name" "$wanted"
  done
  while read -r existing; do
    [ -n "$existing" ] || continue
    case " $* " in *" $existing "*) continue ;; esac
    differs "user $name has the role $existing, which is too much" user revoke-role "$name" "$existing"
  done <<<"$has"
}

ctl_or_fail endpoint status >/dev/null
for suffix in api tools operator reader; do make_role $suffix; done
for suffix in api tools both operator reader; do
  # shellcheck disable=SC2046  # a list of names
  make_user "$users-$suffix" $(roles_of $suffix)
done
exists role root || differs "role root is missing" role add root
make_user root root
if ! authentication_is_on; then differs "etcd's authentication is off: any certificate of its CA may do everything" auth enable; fi

if [ $differences = 0 ]; then
  echo "etcd's roles for the store $store are as they should be"
elif [ $check = yes ]; then
  exit 1
else
  echo "$differences differences mended"
fi
