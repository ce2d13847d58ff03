# Sourced by test/cluster.sh: the scenarios in which clients change tenants while something goes wrong.
# shellcheck shell=bash

run_scenario() { # name
  state=$work/$1
  declare -gA pids=()
  tacit_hosts=(a b)
  case $1 in delay | pauses | clocks) tacit_hosts=(a b c) ;; esac
  if [ "$hosts" = 2 ]; then tacit_hosts=(a b); fi
  if [ "$hosts" = 3 ]; then tacit_hosts=(a b c); fi
  trap 'stop_all >"$state/stop.log" || true' EXIT
  "scenario_$1"
  wait_for_nodes
  stop_all
}

# A cluster, clients, a fault again and again, and what must hold afterwards.
try() { # options of check, --, command that lasts
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  begin_clients "${drive_options[@]}"
  sleep 2
  "$@"
  link all ok
  end_clients
  judge "${options[@]}"
}
drive_options=()

scenario_partitions() {
  begin_cluster
  start_hosts
  try -- repeat "$seconds" break_links
  echo "$(wc -l <"$state/faults.log") faults of links"
}

scenario_delay() {
  begin_cluster
  start_hosts
  try -- repeat "$seconds" slow_links
}

kill_often() {
  local number
  for number in $(seq "$kills"); do
    kill_something
    if [ $((number % 25)) = 0 ]; then echo "  $number kills"; fi
  done
}

scenario_kills() {
  # In a long run each tenant is looked at in the end.
  drive_options=(--pause "$((10 + kills / 2))ms" --afterwards 180s)
  begin_cluster
  start_hosts
  try -- kill_often
  echo "$kills kills"
}

pause_all_kinds() {
  pause_beyond_lease
  repeat "$seconds" pause_something
}

scenario_pauses() {
  begin_cluster
  start_hosts
  try -- pause_all_kinds
}

# Revocation holds at the next request, also while a host has no link to etcd.
scenario_strict() {
  drive_options=(--tenants 1 --keys 3)
  begin_cluster "revocation = strict"
  start_hosts
  try --strict -- repeat "$seconds" break_links
}

step_clocks() {
  local host
  host=$(any_of "${tacit_hosts[@]}")
  any_of -600 -240 -30 0 1 90 420 >"$state/clock-$host"
  log_fault "clock of $host: $(cat "$state/clock-$host") s"
  sleep "$(between 1000 3000)"
}

scenario_clocks() {
  mkdir -p "$state"
  echo 0 >"$state/clock-a"
  echo -300 >"$state/clock-b"
  echo 420 >"$state/clock-c"
  begin_cluster
  start_hosts
  try -- sleep "$((seconds / 2))"
  try -- repeat "$seconds" step_clocks
}

# --- Roles ----------------------------------------------------------------------------------------------------------------------------

as() { # user, arguments of etcdctl
  local user=$1
  shift
  ETCDCTL_ENDPOINTS=$(etcd_endpoints https://) ETCDCTL_CACERT=$state/etcd-ca.pem ETCDCTL_CERT=$state/etcd-as-$user.pem \
    ETCDCTL_KEY=$state/etcd-as-$user.key "$etcdctl" --command-timeout=5s "$@" 2>&1
}

# Prints a key of the store that begins with that letter, in base64. Skips keys with a NUL byte, which the shell cannot hold, and the
# record of the cut-off, which the tool plane may write. Prints no line if no key remains.
stored_key() { # letter
  local keys key
  keys=$(as root get "tacit/main/$1" "tacit/main/$(tr a-y b-z <<<"$1")" --keys-only --limit 200 --write-out json | jq -r '.kvs[]?.key')
  for key in $keys; do
    if [ "$(base64 -d <<<"$key" | tr -dc '\0' | wc -c)" = 0 ] && [ "$(base64 -d <<<"$key")" != tacit/main/mcut-off ]; then
      echo "$key"
      return
    fi
  done
}

refused() { # user, what, command of etcdctl …
  local user=$1 what=$2 answer
  shift 2
  attempts=$((attempts + 1))
  if answer=$(as "$user" "$@"); then
    echo "$user may $what"
    return 1
  fi
  grep -q 'permission denied' <<<"$answer" || { echo "$user, $what: $answer" && return 1; }
}

check_refusals() {
  local user letter key code=0
  declare -A forbidden=([tacit-api]="m h2 a2 w2 h3 a3 w3" [tacit-tools]="m t k h1 a1 w1 h3 a3 w3" [tacit-both]="m h3 a3 w3"
    [tacit-reader]="m t k p u h1 a1 h2 a2")
  attempts=0
  for user in "${!forbidden[@]}"; do
    for letter in ${forbidden[$user]}; do
      # The row of a slot that its owner may have, and those that the store has in fact.
      case $letter in
        ?[123]) key=tacit/main/${letter:0:1}$(printf '%b' "\\x${letter:1}0\\x01x") ;;
        *)
          key=$(stored_key "$letter")
          key=$([ -n "$key" ] && base64 -d <<<"$key" || echo "tacit/main/${letter}x")
          ;;
      esac
      refused "$user" "write $(printf %q "$key")" put "$key" forged || code=1
      refused "$user" "delete all of $letter" del "tacit/main/$letter" "tacit/main/$letter"$'\xff' || code=1
    done
    refused "$user" "delete the store" del --prefix tacit/main/ || code=1
    refused "$user" "read another store" get tacit/other/x || code=1
    refused "$user" "add a user" user add intruder --no-password || code=1
    refused "$user" "switch authentication off" auth disable || code=1
  done
  echo "$attempts attempts to write what a role must not, $([ $code = 0 ] && echo "all refused" || echo "NOT all refused")"
  return $code
}

# Each plane with its own certificate: what a request needs, its role allows.
scenario_roles() {
  local host plane port
  begin_cluster
  for host in "${tacit_hosts[@]}"; do
    split_host "$host"
    for plane in api tools; do start "tacit-$host-$plane"; done
  done
  for host in "${tacit_hosts[@]}"; do
    port=$admin_port
    for plane in api tools; do wait_until_ready "$host" $((++port)) "tacit-$host-$plane"; done
  done
  for plane in api tools; do
    "$tacit" check-config --config "$state/host-a-$plane/tacit.conf" >"$state/check-config.log" 2>&1 || fail "check-config: $(cat "$state/check-config.log")"
  done
  begin_clients
  check_refusals
  sleep $((seconds / 3))
  end_clients
  judge
  make_etcd_roles --check
  if grep -hE 'permission denied' "$state"/tacit-*.log; then fail "a role refuses what its plane needs"; fi
  check_forgery
}

# The API plane may overwrite its own audit blocks; then the signatures and the chain no longer fit.
check_forgery() {
  local key
  key=$(as root get "tacit/main/a"$'\x10' "tacit/main/a"$'\x20' --limit 1 --write-out json | jq -r '.kvs[0].key // empty')
  [ -n "$key" ] || fail "there is no audit block of the API plane"
  # etcdctl takes no NUL in arguments, so the transaction is written to its standard input, quoted.
  {
    printf '\nput "%s" "forged"\n\n\n' "$(base64 -d <<<"$key" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')"
  } | as tacit-api txn --interactive >"$state/forgery.log" || fail "the block was not overwritten: $(cat "$state/forgery.log")"
  if command_of_tacit audit verify >"$state/forged.log" 2>&1; then fail "tacit audit verify is content with a forged block"; fi
  echo "a forged audit block is found: $(grep -m 1 'api-[0-9]*' "$state/forged.log" | sed 's/^ *//')"
}
