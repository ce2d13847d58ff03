# Sourced by test/cluster.sh: what goes wrong with machines and the links between them. Each fault ends before the next begins, and with
# it always two of three etcd nodes work together, unless its name says otherwise.
# shellcheck shell=bash

any_of() { # words
  shift $((RANDOM % $#))
  echo "$1"
}

any_node() { any_of etcd-1 etcd-2 etcd-3; }
any_host() { any_of "${tacit_hosts[@]/#/tacit-}"; }

# Seconds with a fraction.
between() { # milliseconds, milliseconds
  local ms=$(($1 + RANDOM % ($2 - $1 + 1)))
  printf '%d.%03d' $((ms / 1000)) $((ms % 1000))
}

leader() {
  local node found
  for node in 1 2 3; do
    found=$(ETCDCTL_ENDPOINTS=https://$(etcd_address "$node"):$etcd_port ETCDCTL_CACERT=$state/etcd-ca.pem ETCDCTL_CERT=$state/etcd-as-root.pem \
      ETCDCTL_KEY=$state/etcd-as-root.key "$etcdctl" --dial-timeout=500ms --command-timeout=500ms endpoint status --write-out json 2>/dev/null |
      jq -r '.[0].Status | .leader == .header.member_id') || continue
    if [ "$found" = true ]; then
      echo "etcd-$node"
      return
    fi
  done
  any_node
}

log_fault() { echo "$(date +%T.%3N) $*" >>"$state/faults.log"; }

# One of the links' faults, for some seconds.
break_links() {
  local fault node host led
  fault=$(any_of node leader host minority one-way-of-leader one-way-to-leader one-way-of-host one-way-to-host no-quorum)
  node=$(any_node)
  host=$(any_host)
  led=$(leader)
  log_fault "links: $fault (node $node, host $host, leader $led)"
  case $fault in
    node) isolate "$node" ;;
    leader) isolate "$led" ;;
    host) isolate "$host" etcd-1 etcd-2 etcd-3 ;;
    # A host with one node only, which does not learn of changes.
    minority)
      isolate "$node" etcd-1 etcd-2 etcd-3
      for led in etcd-1 etcd-2 etcd-3; do [ "$led" = "$node" ] || cut "$host" "$led"; done
      ;;
    one-way-of-leader) link "$led>*" drop ;;
    one-way-to-leader) link "*>$led" drop ;;
    one-way-of-host) for node in etcd-1 etcd-2 etcd-3; do link "$host>$node" drop; done ;;
    one-way-to-host) for node in etcd-1 etcd-2 etcd-3; do link "$node>$host" drop; done ;;
    no-quorum) for node in etcd-1 etcd-2 etcd-3; do isolate "$node" etcd-1 etcd-2 etcd-3; done ;;
  esac
  sleep "$(between 2000 5000)"
  link all ok
  sleep "$(between 500 2500)"
}

slow_links() {
  local rule
  rule=$(any_of "delay 5ms jitter 5ms" "delay 40ms jitter 20ms" "delay 2ms loss 0.02" "delay 100ms jitter 100ms loss 0.01" "loss 0.1")
  local of
  of=$(any_of '*>*' "$(any_node)>*" "*>$(any_node)" "$(any_host)>*" "*>$(any_host)")
  log_fault "slow: $of $rule"
  link "$of" "$rule"
  # Clients keep fast links: they are not what is tried.
  link 'client>*' ok
  link '*>client' ok
  sleep "$(between 3000 6000)"
  link all ok
  sleep "$(between 200 1000)"
}

# Without a farewell, and back after a while; sometimes all nodes at once, as when the power fails.
kill_something() {
  local what=() name
  case $((RANDOM % 10)) in
    0) what=(etcd-1 etcd-2 etcd-3) ;;
    1) what=("${tacit_hosts[@]/#/tacit-}") ;;
    2 | 3 | 4) what=("$(any_host)") ;;
    5 | 6) what=("$(leader)") ;;
    7) what=("$(any_node)" "$(any_host)") ;;
    *) what=("$(any_node)") ;;
  esac
  log_fault "kill: ${what[*]}"
  for name in "${what[@]}"; do kill_hard "$name"; done
  sleep "$(between 0 1500)"
  for name in "${what[@]}"; do start "$name"; done
  # Etcd's nodes find each other again before the next is killed; with less than two of them nothing would be tried.
  wait_for_nodes
  sleep "$(between 200 1500)"
}

wait_for_nodes() {
  local node deadline=$((SECONDS + 30))
  for node in 1 2 3; do
    until ETCDCTL_ENDPOINTS=https://$(etcd_address "$node"):$etcd_port ETCDCTL_CACERT=$state/etcd-ca.pem ETCDCTL_CERT=$state/etcd-as-root.pem \
      ETCDCTL_KEY=$state/etcd-as-root.key "$etcdctl" --dial-timeout=1s --command-timeout=2s get tacit/ >"$state/etcdctl.log" 2>&1; do
      [ $SECONDS -lt $deadline ] || fail "etcd-$node does not answer: $(tail -n 1 "$state/etcdctl.log")"
      is_running "etcd-$node" || fail "etcd-$node has ended: $(tail -n 3 "$state/etcd-$node.log")"
      sleep 0.1
    done
  done
}

# Stopped, and continued as if nothing had been.
pause_something() {
  local name for
  case $((RANDOM % 5)) in
    0)
      pause_beyond_lease
      return
      ;;
    1 | 2) name=$(any_host) for=$(between 500 4000) ;;
    3) name=$(leader) for=$(between 1000 5000) ;;
    *) name=$(any_node) for=$(between 1000 5000) ;;
  esac
  log_fault "pause: $name for $for s"
  kill -STOP "${pids[$name]}"
  sleep "$for"
  kill -CONT "${pids[$name]}"
  sleep "$(between 500 2000)"
}

# Its lease of 15 s ends, and another process that starts just then takes its slot of the audit log: then it goes on, and meets the owner
# that came after it.
pause_beyond_lease() {
  local paused=tacit-a other=tacit-b
  if [ $((RANDOM % 2)) = 0 ]; then paused=tacit-b other=tacit-a; fi
  log_fault "pause: $paused beyond its lease, and $other takes its slot"
  kill -STOP "${pids[$paused]}"
  sleep 16
  kill_hard "$other"
  start "$other"
  sleep "$(between 1500 4000)"
  kill -CONT "${pids[$paused]}"
  sleep "$(between 1000 3000)"
}

# The same fault until the time is over.
repeat() { # seconds, command …
  local end=$((SECONDS + $1))
  shift
  while [ $SECONDS -lt $end ]; do "$@"; done
}
