# Sourced by quickstart.sh: three etcd nodes with TLS on 127.0.0.11 to 127.0.0.13, their certificates, users and roles.
# shellcheck shell=bash

etcd_nodes=(1 2 3)

etcd_address() { echo "127.0.0.1$1"; } # node

etcd_endpoints() { # what is before each address, between two, as etcdctl and the setting `store` have it
  local node all=
  for node in "${etcd_nodes[@]}"; do all+=${all:+,}$1$(etcd_address "$node"):$etcd_port; done
  echo "$all"
}

# Sets `etcd` and `etcdctl` to those that are there, or to Debian's, which are unpacked into the folder if the system has none.
find_etcd() { # [folder]
  local found get=$repository/conf/quickstart/etcd.sh
  found=$("$get" --find) || found=$("$get" "$@") || fail "there is no etcd (see above)"
  { read -r etcd && read -r etcdctl; } <<<"$found"
}

make_etcd_certificates() {
  local node user
  if ! still_valid etcd-ca; then
    rm -f "$state"/etcd-*.pem "$state"/etcd-*.key
    make_authority etcd-ca "Tacit development etcd"
  fi
  # Members are clients of each other, so a node's certificate has both uses. They also compare a peer's address with its
  # certificate: on one machine connections come from 127.0.0.1.
  for node in "${etcd_nodes[@]}"; do
    make_certificate "etcd-$node" etcd-ca "etcd-$node" "serverAuth, clientAuth" "IP:$(etcd_address "$node"), IP:127.0.0.1"
  done
  for user in root tacit-api tacit-tools tacit-both tacit-operator tacit-reader; do
    make_certificate "etcd-as-$user" etcd-ca "$user" clientAuth "DNS:$user"
  done
}

# A node is started by a script of its own, so that a person can start one again that was killed.
make_etcd_node() { # node
  local node=$1 other members=
  for other in "${etcd_nodes[@]}"; do members+=${members:+,}etcd-$other=https://$(etcd_address "$other"):$((etcd_port + 1)); done
  local client peer
  client=https://$(etcd_address "$node"):$etcd_port
  peer=https://$(etcd_address "$node"):$((etcd_port + 1))
  local certificates=(--client-cert-auth --trusted-ca-file "$state/etcd-ca.pem" --cert-file "$state/etcd-$node.pem"
    --key-file "$state/etcd-$node.key" --peer-client-cert-auth --peer-trusted-ca-file "$state/etcd-ca.pem"
    --peer-cert-file "$state/etcd-$node.pem" --peer-key-file "$state/etcd-$node.key")
  # As in conf/etcd/etcd.conf.sample, which says why.
  local options=(--name "etcd-$node" --data-dir "$state/etcd-$node" --listen-client-urls "$client" --advertise-client-urls "$client"
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "$members"
    --initial-cluster-token "tacit-$etcd_port" --max-txn-ops 1024 --quota-backend-bytes $((8 << 30)) --enable-grpc-gateway=false
    --log-level warn)
  {
    echo "#!/bin/sh"
    printf 'exec'
    printf ' %q' "$etcd" "${options[@]}" "${certificates[@]}"
    echo
  } | write_file "start-etcd-$node" 755
}

ctl() { # arguments of etcdctl, as the administrator
  ETCDCTL_ENDPOINTS=$(etcd_endpoints https://) ETCDCTL_CACERT=$state/etcd-ca.pem ETCDCTL_CERT=$state/etcd-as-root.pem \
    ETCDCTL_KEY=$state/etcd-as-root.key "$etcdctl" "$@"
}

wait_for_etcd() {
  local node deadline=$((SECONDS + 60))
  while [ $SECONDS -lt $deadline ]; do
    # A linearizable read: there is a leader.
    if ctl --command-timeout=2s get tacit/ >"$state/etcdctl.log" 2>&1; then return; fi
    for node in "${etcd_nodes[@]}"; do
      is_running "etcd-$node" || fail "etcd-$node did not start: $(tail -n 3 "$state/etcd-$node.log")
If its port is taken, choose another: TACIT_CLUSTER_ETCD_PORT=… conf/quickstart.sh --cluster"
    done
    sleep 0.1
  done
  fail "etcd has no leader: $(tail -n 1 "$state/etcdctl.log")"
}

start_etcd() {
  local node
  # Members remember each other's ports.
  if [ -e "$state/etcd-port" ] && [ "$(cat "$state/etcd-port")" != "$etcd_port" ]; then
    fail "the etcd nodes in $state have the port $(cat "$state/etcd-port"), not $etcd_port. To start over, remove that directory"
  fi
  write_file etcd-port 644 <<<"$etcd_port"
  for node in "${etcd_nodes[@]}"; do
    make_etcd_node "$node"
    start "etcd-$node"
  done
  wait_for_etcd
}

make_etcd_roles() { # [--check]
  ETCDCTL=$etcdctl ETCDCTL_ENDPOINTS=$(etcd_endpoints https://) ETCDCTL_CACERT=$state/etcd-ca.pem \
    ETCDCTL_CERT=$state/etcd-as-root.pem ETCDCTL_KEY=$state/etcd-as-root.key \
    "$repository/conf/etcd/roles.sh" "$@" >"$state/roles.log" 2>&1 || fail "$(cat "$state/roles.log")"
}

# The node that leads, as a number.
etcd_leader() {
  local node
  for node in "${etcd_nodes[@]}"; do
    if ETCDCTL_ENDPOINTS=https://$(etcd_address "$node"):$etcd_port ETCDCTL_CACERT=$state/etcd-ca.pem \
      ETCDCTL_CERT=$state/etcd-as-root.pem ETCDCTL_KEY=$state/etcd-as-root.key "$etcdctl" endpoint status --write-out json 2>/dev/null |
      jq -e '.[0].Status | .leader == .header.member_id' >/dev/null; then
      echo "$node"
      return
    fi
  done
  return 1
}
