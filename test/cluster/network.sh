# Sourced by test/cluster.sh: a network namespace for each machine, joined by the switch of `cluster wire`.
# shellcheck shell=bash

machines=(etcd-1 etcd-2 etcd-3 tacit-a tacit-b tacit-c)

address_of() { # machine
  case $1 in
    client) echo 10.77.0.1 ;;
    etcd-*) echo "10.77.0.1${1#etcd-}" ;;
    tacit-a) echo 10.77.0.21 ;;
    tacit-b) echo 10.77.0.22 ;;
    tacit-c) echo 10.77.0.23 ;;
  esac
}

make_network() {
  local machine arguments=("client=$(address_of client)")
  mkdir -p /run/netns
  mount -t tmpfs none /run/netns
  ip link set lo up
  for machine in "${machines[@]}"; do
    ip netns add "$machine"
    arguments+=("$machine@$machine=$(address_of "$machine")")
  done
  "$work/cluster" wire "$work/wire" "${arguments[@]}" 2>"$work/wire.log" &
  for _ in $(seq 50); do
    if [ -S "$work/wire" ]; then return; fi
    sleep 0.1
  done
  fail "there is no network: $(cat "$work/wire.log")"
}

# A rule for frames: FROM>TO, and drop, or delay, jitter and loss; `all ok` ends all rules.
link() { # link, rule …
  "$work/cluster" rule "$work/wire" "$*"
}

# Both directions.
cut() { # machine, machine
  link "$1>$2" drop
  link "$2>$1" drop
}

# From all machines but the clients.
isolate() { # machine, [others …]
  local machine=$1 other
  shift
  [ $# -gt 0 ] || set -- "${machines[@]}"
  for other in "$@"; do
    if [ "$other" != "$machine" ]; then cut "$machine" "$other"; fi
  done
}
