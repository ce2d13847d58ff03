# Sourced by test/cluster.sh: the scenarios of etcd itself, whose steps are in an order: its room, its history, copies, certificates,
# versions.
# shellcheck shell=bash

on_each_node() { # arguments of etcdctl
  local node
  for node in "${etcd_nodes[@]}"; do
    ETCDCTL_ENDPOINTS=https://$(etcd_address "$node"):$etcd_port ETCDCTL_CACERT=$state/etcd-ca.pem ETCDCTL_CERT=$state/etcd-as-root.pem \
      ETCDCTL_KEY=$state/etcd-as-root.key "$etcdctl" "$@"
  done
}

# Etcd says so, if there is nothing to compact.
compact_to_newest() {
  ctl compact "$(newest_revision)" >"$state/etcdctl.log" 2>&1 || grep -q 'has been compacted' "$state/etcdctl.log" || fail "$(cat "$state/etcdctl.log")"
}

newest_revision() { ctl endpoint status --write-out json | jq '[.[].Status.header.revision] | max'; }

# Requests of one client, by curl: sets `answer` to the status.
ask() { # token, method, path, [body]
  local body=()
  if [ $# -ge 4 ]; then body=(-H 'Content-Type: application/json' --data-binary "$4"); fi
  answer=$(curl --silent --max-time 30 --cacert "$state/servers-ca.pem" --connect-to "localhost:$host_api_port:$(host_address a):$host_api_port" \
    -H "Authorization: Bearer $1" --request "$2" "${body[@]}" --output "$state/answer" --write-out '%{http_code}' \
    "https://localhost:$host_api_port$3") || answer=000
}

expect_answer() { # statuses, what
  [[ " $1 " = *" $answer "* ]] || fail "$2: status $answer instead of $1: $(cat "$state/answer")"
}

# A token of the issuer, as `cluster drive` makes them.
token_of() { # user
  local now head claims
  now=$(date +%s)
  encode() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
  head=$(printf '{"alg":"HS256","typ":"at+jwt"}' | encode)
  claims=$(printf '{"iss":"https://cluster.test","aud":"https://tacit.test","sub":"%s","client_id":"cluster","jti":"%s","iat":%s,"exp":%s,"scope":"secrets:read secrets:write keys:manage"}' \
    "$1" "$RANDOM$RANDOM" $((now - 3600)) $((now + 86400)) | encode)
  printf '%s.%s.%s' "$head" "$claims" \
    "$(printf '%s.%s' "$head" "$claims" | openssl dgst -sha256 -mac HMAC -macopt "key:$(cat "$state/issuer.secret")" -binary | encode)"
}

new_secret() { # name
  printf '{"secret_name": "%s", "secret_value": "a value of the usual length 0123456789"}' "$1"
}

wait_for_answer() { # statuses, token, method, path, [body]
  local expected=$1
  shift
  for _ in $(seq 100); do
    ask "$@"
    if [[ " $expected " = *" $answer "* ]]; then return; fi
    sleep 0.2
  done
  expect_answer "$expected" "$2 $3"
}

# --- Room -----------------------------------------------------------------------------------------------------------------------------

# Rows of another user of etcd fill it.
fill_etcd() { # MiB
  local number
  for number in $(seq "$1"); do
    head -c 786000 /dev/urandom | base64 -w 0 | ctl put "junk/$((++junk))" >"$state/junk.log" 2>&1 || return 1
  done
}

scenario_nospace() {
  local token junk=0
  etcd_quota=$((48 << 20))
  begin_cluster
  start_hosts
  token=$(token_of 11111111-2222-4333-8444-555555555555)
  ask "$token" POST /api/v1/secrets/ "$(new_secret first)"
  expect_answer 200 "a create"
  begin_clients --pause 100ms
  echo "- fill etcd to 78 %: additions are refused, the rest goes on"
  while [ "$(ctl endpoint status --write-out json | jq '[.[].Status.dbSizeInUse] | max')" -lt $((etcd_quota * 77 / 100)) ]; do fill_etcd 1; done
  wait_for_answer 507 "$token" POST /api/v1/secrets/ "$(new_secret second)"
  ask "$token" GET /api/v1/secrets/
  expect_answer 200 "a list"
  ask "$token" DELETE "/api/v1/secrets/$(jq -r '.data[0].secret_id' "$state/answer")"
  expect_answer 200 "a delete"
  echo "- fill it until etcd refuses"
  while fill_etcd 1; do :; done
  grep -q 'database space exceeded' "$state/junk.log" || fail "etcd refused for another reason: $(cat "$state/junk.log")"
  sleep 3
  ask "$token" POST /api/v1/secrets/ "$(new_secret third)"
  expect_answer "507 503" "a create with the alarm NOSPACE"
  curl --silent --output "$state/readyz" "http://$(host_address a):$admin_port/readyz"
  grep -qi 'nospace\|defrag\|room' "$state/readyz" || fail "/readyz does not say what to do: $(cat "$state/readyz")"
  echo "  readyz: $(head -c 400 "$state/readyz")"
  echo "- compact, defragment, disarm"
  ctl del --prefix junk/ >"$state/etcdctl.log" 2>&1 || true
  compact_to_newest
  on_each_node defrag >"$state/etcdctl.log" 2>&1
  ctl alarm disarm >"$state/etcdctl.log" 2>&1
  ctl del --prefix junk/ >"$state/etcdctl.log" 2>&1
  compact_to_newest
  on_each_node defrag >"$state/etcdctl.log" 2>&1
  wait_for_answer "200 409" "$token" POST /api/v1/secrets/ "$(new_secret fourth)"
  end_clients
  judge
}

# --- History --------------------------------------------------------------------------------------------------------------------------

# Every ten seconds the history ends at the newest revision: harsher than any operator.
compact_again_and_again() {
  while sleep 10; do ctl compact "$(newest_revision)" >"$state/compact.log" 2>&1 || true; done
}

scenario_compaction() {
  local compacting
  tenant_quota=4000000
  begin_cluster
  start_hosts
  begin_clients --pause 1ms --tenants 6
  sleep $((seconds * 2))
  end_clients
  history_of_filling=$history
  begin_clients
  echo "- verify, export and back up over slow links while etcd's history is compacted"
  link 'client>*' delay 15ms
  compact_again_and_again &
  compacting=$!
  verify_all
  command_of_tacit backup "$state/backup" >"$state/backup.log" 2>&1 || fail "backup: $(cat "$state/backup.log")"
  command_of_tacit verify --backup "$state/backup" >"$state/verify.log" 2>&1 || fail "verify --backup: $(cat "$state/verify.log")"
  kill $compacting
  link all ok
  end_clients
  judge
  history=$history_of_filling
  judge
}

# --- Copies ---------------------------------------------------------------------------------------------------------------------------

listed() { # token
  ask "$1" GET /api/v1/secrets/
  expect_answer 200 "a list"
  jq -S . "$state/answer"
}

scenario_restore() {
  local token number before node
  begin_cluster
  start_hosts
  token=$(token_of 11111111-2222-4333-8444-555555555555)
  for number in 1 2 3 4; do
    ask "$token" POST /api/v1/secrets/ "$(new_secret "kept $number")"
    expect_answer 200 "a create"
  done
  before=$(listed "$token")
  begin_clients
  sleep $((seconds / 3))
  echo "- back up while clients change"
  command_of_tacit backup "$state/backup" >"$state/backup.log" 2>&1 || fail "backup: $(cat "$state/backup.log")"
  command_of_tacit verify --backup "$state/backup" >"$state/verify.log" 2>&1 || fail "verify --backup: $(cat "$state/verify.log")"
  end_clients
  judge
  echo "- a new cluster of etcd"
  stop_all
  for node in "${etcd_nodes[@]}"; do rm -rf "$state/etcd-$node"; done
  start_etcd
  make_etcd_roles
  command_of_tacit restore "$state/backup" >"$state/restore.log" 2>&1 || fail "restore: $(cat "$state/restore.log")"
  verify_all
  if command_of_tacit restore "$state/backup" >"$state/restore.log" 2>&1; then fail "a second restore replaced a store"; fi
  start_hosts
  [ "$(listed "$token")" = "$before" ] || fail "the restored tenant differs: $(listed "$token")"
  try -- sleep $((seconds / 3))
}

# --- Certificates ---------------------------------------------------------------------------------------------------------------------

# Issued so that it ends soon: make_certificate gives 825 days from now.
make_ending_certificate() { # seconds, name, common name, uses, alternative names
  local lasts=$1
  shift
  rm -f "$state/$1.pem"
  at_time $((lasts - 825 * 86400)) make_certificate "$1" etcd-ca "${@:2}"
}

node_certificate() { # seconds, node
  make_ending_certificate "$1" "etcd-$2" "etcd-$2" "serverAuth, clientAuth" "IP:$(etcd_address "$2"), IP:127.0.0.1"
}

scenario_certificates() {
  local node
  begin_cluster
  start_hosts
  begin_clients
  echo "- the first node's certificate ends in 5 s, and the hosts' own; then connections are made again"
  node_certificate 5 1
  make_ending_certificate 5 etcd-as-tacit-both tacit-both clientAuth DNS:tacit-both
  sleep 6
  # Connections stand until they are broken; the next ones see the certificates.
  kill_hard etcd-1
  start etcd-1
  sleep 5
  grep -hoE '"event":"[a-z_]*certificate[a-z_]*"' "$state"/tacit-a.log | sort -u || true
  echo "- all of them end, the hosts get no connection any more"
  for node in "${etcd_nodes[@]}"; do
    kill_hard "etcd-$node"
    start "etcd-$node"
  done
  sleep 5
  ask "$(token_of 11111111-2222-4333-8444-555555555555)" GET /api/v1/quota
  expect_answer 503 "a request when the host's certificate has ended"
  echo "- renewed files are read without a restart"
  node_certificate $((824 * 86400)) 1
  rm "$state/etcd-as-tacit-both.pem"
  at_time -86400 make_certificate etcd-as-tacit-both etcd-ca tacit-both clientAuth DNS:tacit-both
  wait_for_answer 200 "$(token_of 11111111-2222-4333-8444-555555555555)" GET /api/v1/quota
  wait_for_nodes
  end_clients
  judge
}

# --- Versions -------------------------------------------------------------------------------------------------------------------------

upgrade_nodes() {
  local node
  for node in "${etcd_nodes[@]}"; do
    sleep $((seconds / 6))
    log_fault "upgrade: etcd-$node"
    stop "etcd-$node" || true
    sed -i "s|^exec [^ ]*|exec $CLUSTER_ETCD_NEW|; s/--enable-grpc-gateway=false//" "$state/start-etcd-$node"
    start "etcd-$node"
    wait_for_nodes
  done
  sleep $((seconds / 6))
}

scenario_upgrade() {
  if [ -z "$CLUSTER_ETCD_NEW" ]; then
    echo "left out: TACIT_TEST_ETCD_NEW does not name the etcd to upgrade to"
    return
  fi
  begin_cluster
  start_hosts
  try -- upgrade_nodes
  ctl endpoint status --write-out json | jq -r '.[] | "\(.Endpoint): etcd \(.Status.version)"'
}
