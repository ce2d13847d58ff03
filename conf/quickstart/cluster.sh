# Sourced by quickstart.sh: several hosts on one machine. etcd on 127.0.0.11 to 127.0.0.13, two hosts of Tacit, each with both
# planes, on 127.0.0.21 and 127.0.0.22, and haproxy in front of them on 127.0.0.1.
# shellcheck shell=bash

tacit_hosts=(a b)
declare -A pids=() # what runs, by name: etcd-1 to etcd-3, tacit-a, tacit-b, haproxy

host_address() { # host
  case $1 in a) echo 127.0.0.21 ;; b) echo 127.0.0.22 ;; esac
}

is_running() { [ -n "${pids[$1]:-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

# Runs start-NAME in a session of its own, so that Ctrl-C reaches this script alone, which ends all in order. It ends with this
# script, even if that is killed. Its log is NAME.log.
start() { # name
  setsid setpriv --pdeathsig TERM "$state/start-$1" >>"$state/$1.log" 2>&1 </dev/null &
  pids[$1]=$!
}

# Returns its exit code.
stop() { # name
  local pid=${pids[$1]:-}
  [ -n "$pid" ] || return 0
  unset "pids[$1]"
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid"
}

# As a power failure would: nothing is finished.
kill_hard() { # name
  kill -KILL "${pids[$1]}"
  wait "${pids[$1]}" 2>/dev/null || true
  unset "pids[$1]"
}

stop_cluster() {
  local name
  for name in haproxy tacit-a tacit-b etcd-1 etcd-2 etcd-3; do stop "$name" 2>/dev/null || true; done
}

make_host() { # host
  local folder address
  folder=$state/host-$1
  address=$(host_address "$1")
  mkdir -p "$folder"
  write_file "host-$1/tacit.conf" 644 <<CONFIGURATION
# Written by conf/quickstart.sh --cluster each time.
plane = both
api-listen = $address:$host_api_port
api-certificate = $state/api.pem
api-certificate-key = $state/api.key
tool-listen = $address:$host_tool_port
tool-certificate = $state/tools.pem
tool-certificate-key = $state/tools.key
tool-client-ca = $state/runtimes-ca.pem
tool-identities = $state/tool-identities
admin-listen = $address:$admin_port
control-directory = $folder
# haproxy tells the client's address, and asks /readyz of admin-listen every quarter of a second.
proxy-protocol-from = 127.0.0.1
drain-delay = 1
store = etcd://$(etcd_endpoints "")/main
etcd-ca = $state/etcd-ca.pem
etcd-certificate = $state/etcd-as-tacit-both.pem
etcd-key = $state/etcd-as-tacit-both.key
etcd-operator-certificate = $state/etcd-as-tacit-operator.pem
etcd-operator-key = $state/etcd-as-tacit-operator.key
backup-record = $state/last-backup
root-public-keyring = $state/root-public.keyring
root-private-keyring = $state/root-private.keyring
metadata-keyring = $state/metadata.keyring
CONFIGURATION
  {
    echo "#!/bin/sh"
    printf 'exec %q serve --config %q\n' "$tacit" "$folder/tacit.conf"
  } | write_file "start-tacit-$1" 755
}

# Ready means that it answers /readyz with 200: it has a slot of the audit log, and etcd has a leader.
wait_for_host() { # host
  for _ in $(seq 300); do
    if curl --silent --fail --max-time 5 --output "$state/readyz" "http://$(host_address "$1"):$admin_port/readyz"; then return; fi
    is_running "tacit-$1" || break
    sleep 0.1
  done
  fail "host $1 is not ready: $(tail -n 5 "$state/tacit-$1.log")
If its ports are taken, choose others: TACIT_CLUSTER_HOST_PORT=… (three ports from there on) conf/quickstart.sh --cluster"
}

make_balancer() {
  local servers_of_api='' servers_of_tools='' host address
  for host in "${tacit_hosts[@]}"; do
    address=$(host_address "$host")
    servers_of_api+="    server $host $address:$host_api_port check port $admin_port"$'\n'
    servers_of_tools+="    server $host $address:$host_tool_port check port $admin_port"$'\n'
  done
  # As conf/haproxy.cfg.sample, which says why, for both planes.
  {
    cat <<'CONFIGURATION'
# Written by conf/quickstart.sh --cluster each time.
defaults
    mode tcp
    balance leastconn
    timeout connect 2s
    timeout client 80s
    timeout server 80s
    timeout check 1s
    retries 3
    option redispatch 1
CONFIGURATION
    backend_of api "$api_port" "$servers_of_api"
    backend_of tools "$tool_port" "$servers_of_tools"
  } | write_file haproxy.cfg 644
  {
    echo "#!/bin/sh"
    printf 'exec %q -db -f %q\n' "$haproxy" "$state/haproxy.cfg"
  } | write_file start-haproxy 755
  "$haproxy" -c -q -f "$state/haproxy.cfg" >"$state/haproxy.log" 2>&1 || fail "haproxy: $(cat "$state/haproxy.log")"
}

backend_of() { # name, port, servers
  cat <<CONFIGURATION

frontend $1
    bind 127.0.0.1:$2
    # If no host is ready (for example because etcd has no room), live ones still read and delete.
    use_backend ${1}_alive if { nbsrv($1) lt 1 }
    default_backend $1

backend $1
    option httpchk GET /readyz
    http-check expect status 200
    default-server inter 250ms fall 1 rise 1 send-proxy-v2
$3
backend ${1}_alive
    option httpchk GET /healthz
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 send-proxy-v2
$3
CONFIGURATION
}

wait_for_balancer() {
  # haproxy takes every server for up until its first check: then this request would only say that a port is open.
  for _ in $(seq 100); do
    if curl --silent --max-time 5 --cacert "$state/servers-ca.pem" --output "$state/answer" "https://127.0.0.1:$api_port/openapi.json"; then
      return
    fi
    is_running haproxy || break
    sleep 0.1
  done
  fail "haproxy does not reach a host: $(tail -n 3 "$state/haproxy.log")
If its ports are taken, choose others: TACIT_API_PORT=… TACIT_TOOL_PORT=… conf/quickstart.sh --cluster"
}

# The store is in etcd, so a file remembers that it was made.
make_shared_store() {
  if [ -e "$state/store-is-made" ]; then return; fi
  say "Making the keyrings and the store in etcd"
  "$tacit" init --config "$configuration" >"$state/init.log" 2>&1 || fail "tacit init: $(cat "$state/init.log")"
  write_file store-is-made 644 </dev/null
}

# From nothing, or from what an earlier run left, to hosts that serve.
start_cluster() { # folder
  local host log
  mkdir -p "$1"
  state=$(cd "$1" && pwd)
  chmod 700 "$state"
  configuration=$state/host-a/tacit.conf # commands take either host's
  logs=("$state"/{tacit-a,tacit-b,etcd-1,etcd-2,etcd-3,haproxy}.log)
  for log in "${logs[@]}"; do : >"$log"; done
  make_certificates
  make_etcd_certificates
  make_tool_identities
  say "Starting three etcd nodes"
  start_etcd
  make_etcd_roles
  for host in "${tacit_hosts[@]}"; do make_host "$host"; done
  make_shared_store
  say "Starting two hosts of Tacit and haproxy"
  for host in "${tacit_hosts[@]}"; do start "tacit-$host"; done
  for host in "${tacit_hosts[@]}"; do wait_for_host "$host"; done
  make_balancer
  start haproxy
  wait_for_balancer
  make_api_key
}

print_cluster() {
  local name folder
  folder=$(printf %q "$state")
  echo "# kill what you like: an etcd node, a host. Requests go on. Start it again by its script (it then ends with Ctrl-C there)."
  for name in etcd-1 etcd-2 etcd-3 tacit-a tacit-b; do
    printf 'kill -9 %-8s # %s;  again: %s\n' "${pids[$name]}" "$name" "$folder/start-$name"
  done
  cat <<COMMANDS

# what the hosts and etcd say
$(printf %q "$tacit") status --config $folder/host-a/tacit.conf
$(printf %q "$tacit") verify --config $folder/host-a/tacit.conf
ETCDCTL_ENDPOINTS=$(etcd_endpoints https://) ETCDCTL_CACERT=$folder/etcd-ca.pem ETCDCTL_CERT=$folder/etcd-as-root.pem ETCDCTL_KEY=$folder/etcd-as-root.key $(printf %q "$etcdctl") endpoint status -w table

Logs and settings are in $state.
COMMANDS
}

# Until Ctrl-C. What was killed meanwhile is not missed.
wait_for_interrupt() {
  sleep infinity &
  local waiting=$!
  wait "$waiting" || true
  kill "$waiting" 2>/dev/null || true
}

# Ports that nothing listens on, at any of the addresses: 7 in a row, from a random place.
free_ports() {
  local first port address taken
  for _ in $(seq 100); do
    first=$((20000 + RANDOM % 12000)) # below those that the system gives to clients
    taken=no
    for port in $(seq $first $((first + 6))); do
      for address in 127.0.0.1 127.0.0.1{1,2,3} 127.0.0.2{1,2}; do
        if (: <"/dev/tcp/$address/$port") 2>/dev/null; then taken=yes && break 2; fi
      done
    done
    if [ $taken = no ]; then
      echo $first
      return
    fi
  done
  fail "no free ports were found between 20000 and 32000"
}
