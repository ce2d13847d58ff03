#!/usr/bin/env bash
# Writes the drop-ins that Tacit's units need when the store is in etcd: each unit's own certificate, etcd's start before it if a
# node is on this host, and the network for backups. As root; then `systemctl daemon-reload`.
#   /usr/share/doc/tacit/etcd/units.sh [ROOT]     ROOT: written below this directory, to look at it first
# The certificates: /etc/tacit/tls/etcd-api.pem with etcd-api.key, likewise etcd-tools, etcd-both, etcd-reader.
set -euo pipefail

case "${1:-}" in
  --help | -h)
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
root=${1:-}

write() { # unit; content on standard input
  local folder=$root/etc/systemd/system/$1.service.d
  mkdir -p "$folder"
  cat >"$folder/etcd.conf"
}

start_after_etcd() {
  cat <<'LINES'
# Written by etcd/units.sh of Tacit: the store is in etcd.
[Unit]
After=etcd.service

[Service]
LINES
}

server() { # unit, certificate
  {
    start_after_etcd
    printf 'Environment=TACIT_ETCD_%s\n' "CERTIFICATE=/etc/tacit/tls/etcd-$2.pem" "KEY=/etc/tacit/tls/etcd-$2.key"
    # Only commands have it.
    echo "InaccessiblePaths=-/etc/tacit/tls/etcd-operator.key"
  } | write "$1"
}

# Neither changes the store. Their units have no network and no certificates, because a store in a file needs none.
reader() { # unit
  {
    start_after_etcd
    printf 'Environment=TACIT_ETCD_OPERATOR_%s\n' "CERTIFICATE=/etc/tacit/tls/etcd-reader.pem" "KEY=/etc/tacit/tls/etcd-reader.key"
    printf '%s\n' PrivateNetwork=no IPAddressDeny= "RestrictAddressFamilies=AF_INET AF_INET6" \
      InaccessiblePaths= "InaccessiblePaths=-/etc/tacit/keys -/etc/tacit/tls/etcd-operator.key"
  } | write "$1"
}

server tacit-api api
server tacit-api@ api
server tacit-tools tools
server tacit both
reader tacit-backup
reader tacit-audit-feed
