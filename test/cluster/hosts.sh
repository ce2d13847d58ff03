# Sourced by test/cluster.sh after the quickstart's functions: the same nodes and hosts, each in its namespace. Functions of the
# quickstart that name addresses or start processes are replaced; what they call stays.
# shellcheck shell=bash

etcd_port=2379
host_api_port=8443
host_tool_port=8444
admin_port=8445
tenant_quota=400 # bytes: some refusals for room
etcd_quota=8589934592
history=
runs=0
clients=

etcd_address() { address_of "etcd-$1"; }
host_address() { address_of "tacit-$1"; }

say() { :; }

# Names of what runs: etcd-1, tacit-a; with planes apart tacit-a-api, tacit-a-tools. Each has the machine of that name.
machine_of() { grep -oE '^(etcd-[123]|tacit-[abc])' <<<"$1"; }

start() { # name
  setsid nsenter "--net=/run/netns/$(machine_of "$1")" setpriv --pdeathsig TERM "$state/start-$1" >>"$state/$1.log" 2>&1 </dev/null &
  pids[$1]=$!
}

# Hosts end in order, and have to; nodes need not.
stop_all() {
  local name code=0 hosts=()
  if [ -n "$clients" ]; then kill "$clients" 2>/dev/null || true; fi
  for name in "${!pids[@]}"; do
    kill -CONT "${pids[$name]}" 2>/dev/null || true
    case $name in
      tacit-*)
        kill -TERM "${pids[$name]}" 2>/dev/null || true
        hosts+=("$name")
        ;;
    esac
  done
  for name in "${hosts[@]}"; do stop "$name" || { code=$? && echo "$name ended with $code: $(tail -n 2 "$state/$name.log")"; }; done
  for name in "${!pids[@]}"; do kill_hard "$name" 2>/dev/null || true; done
  return $code
}

# Runs a function or command with another wall clock.
at_time() { # seconds to add, command …
  echo "$1" >"$state/clock"
  shift
  CLUSTER_CLOCK=$state/clock LD_PRELOAD=$work/clock_shim.so "$@"
}

# Valid since yesterday: some hosts' clocks are late.
make_all_certificates() {
  at_time -86400 make_certificates
  at_time -86400 make_etcd_certificates
}

# As the quickstart's node, with another quota.
eval "$(declare -f make_etcd_node | sed '1s/make_etcd_node/quickstart_etcd_node/')"
make_etcd_node() { # node
  quickstart_etcd_node "$1"
  sed -i "s/--quota-backend-bytes [0-9]*/--quota-backend-bytes $etcd_quota/" "$state/start-etcd-$1"
}

# As the quickstart's host, with an issuer whose tokens name any tenant, without limits of rates, and with more settings from the caller.
make_cluster_host() { # host, settings …
  local host=$1
  shift
  make_host "$host"
  printf '%s\n' "issuers = $state/issuers" "request-rate = 0" "failed-auth-rate = 0" "max-connections-per-address = 1000" \
    "quota-default = $tenant_quota" "prekey-pool = 64" "audit-head-log = 5" "threads = 2" "access-log = off" "etcd-quota = $etcd_quota" \
    "$@" >>"$state/host-$host/tacit.conf"
  {
    echo "#!/bin/sh"
    if [ -e "$state/clock-$host" ]; then printf 'export LD_PRELOAD=%q CLUSTER_CLOCK=%q\n' "$work/clock_shim.so" "$state/clock-$host"; fi
    # CLUSTER_UNDER: a debugger, for example `gdb -batch -ex run -ex bt --args`.
    printf 'exec %s %q serve --config %q\n' "${CLUSTER_UNDER:-}" "$tacit" "$state/host-$host/tacit.conf"
  } | write_file "start-tacit-$host" 755
}

# One host as two processes, each with its own identity at etcd. The configuration of both planes stays for commands.
split_host() { # host
  local plane port=$admin_port folder
  for plane in api tools; do
    port=$((port + 1))
    folder=$state/host-$1-$plane
    mkdir -p "$folder"
    sed -e "s/^plane = .*/plane = $plane/" -e "s/^admin-listen = .*/admin-listen = $(host_address "$1"):$port/" \
      -e "s|^control-directory = .*|control-directory = $folder|" -e "s/etcd-as-tacit-both/etcd-as-tacit-$plane/" \
      "$state/host-$1/tacit.conf" >"$folder/tacit.conf"
    if [ $plane = api ]; then sed -i '/^tool-/d' "$folder/tacit.conf"; else sed -i '/^api-/d' "$folder/tacit.conf"; fi
    printf '#!/bin/sh\nexec %q serve --config %q\n' "$tacit" "$folder/tacit.conf" | write_file "start-tacit-$1-$plane" 755
  done
}

# Ready: it has a slot of the audit log, and etcd has a leader.
wait_until_ready() { # host, port of admin-listen, name
  local deadline=$((SECONDS + 60))
  while [ $SECONDS -lt $deadline ]; do
    if curl --silent --fail --max-time 5 --output "$state/readyz" "http://$(host_address "$1"):$2/readyz"; then return; fi
    is_running "$3" || break
    sleep 0.1
  done
  fail "$3 is not ready: $(cat "$state/readyz" 2>/dev/null) $(tail -n 5 "$state/$3.log")"
}

command_of_tacit() { # arguments
  "$tacit" "$@" --config "$configuration"
}

# From nothing to nodes and an empty store. Further settings of every host are arguments.
begin_cluster() { # settings …
  local host
  mkdir -p "$state"
  chmod 700 "$state"
  rm -f "$state"/*.log
  make_all_certificates
  make_tool_identities
  openssl rand -hex 32 | write_file issuer.secret 600
  printf '%s\n' "[https://cluster.test]" "audience = https://tacit.test" "shared-secret-file = $state/issuer.secret" >"$state/issuers"
  start_etcd
  make_etcd_roles
  for host in "${tacit_hosts[@]}"; do make_cluster_host "$host" "$@"; done
  configuration=$state/host-a/tacit.conf
  make_shared_store
}

start_hosts() {
  local host
  for host in "${tacit_hosts[@]}"; do start "tacit-$host"; done
  for host in "${tacit_hosts[@]}"; do wait_until_ready "$host" "$admin_port" "tacit-$host"; done
}

hosts_and_addresses() {
  local host all=
  for host in "${tacit_hosts[@]}"; do all+=${all:+,}$host=$(host_address "$host"); done
  echo "$all"
}

# The clients, in the background, until end_clients.
begin_clients() { # options of `cluster drive` …
  history=$state/history-$((++runs))
  rm -f "$state/stop"
  "$work/cluster" drive --state "$state" --hosts "$(hosts_and_addresses)" --api-port "$host_api_port" --tool-port "$host_tool_port" \
    --history "$history" --stop "$state/stop" --seconds 3600 --seed "$seed" "$@" >"$state/drive.log" 2>&1 &
  clients=$!
}

# After the faults: the clients look at each tenant once more.
end_clients() {
  local code=0
  touch "$state/stop"
  wait "$clients" || code=$?
  clients=
  cat "$state/drive.log"
  return $code
}

# What must hold after every run.
judge() { # options of `cluster check` …
  command_of_tacit audit export >"$state/audit.jsonl" 2>"$state/export.log" || { cat "$state/export.log" && return 1; }
  local code=0
  "$work/cluster" check --quota "$tenant_quota" --audit "$state/audit.jsonl" "$@" "$history" || code=1
  verify_all || code=1
  warn_of_logs || code=1
  return $code
}

verify_all() {
  local what code=0
  for what in "audit verify" verify; do
    # shellcheck disable=SC2086  # two words
    if ! command_of_tacit $what >"$state/verify.log" 2>&1; then
      echo "tacit $what:"
      head -n 40 "$state/verify.log"
      code=1
    fi
  done
  [ $code != 0 ] || tail -n 1 "$state/verify.log"
  return $code
}

# What no fault of the network explains.
warn_of_logs() {
  local found events=audit_history_changed\|audit_not_signed\|coroutine_failed\|panic\|prekeys_removed\|store_damaged\|store_failed
  events+=\|tenant_keys_refused\|terminated\|next_start_fails
  found=$(grep -hE "\"event\":\"($events)\"|terminate called|Sanitizer|smashing|corrupted" "$state"/tacit-*.log | head -n 5) || true
  [ -z "$found" ] || { echo "the hosts' logs:" && echo "$found" && return 1; }
}
