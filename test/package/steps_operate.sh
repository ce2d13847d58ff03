# The steps of the package's test about what runs beside the servers: backups, the audit feed, several API processes, the runtimes'
# authority, the runbook. Sourced by run.sh.
# shellcheck shell=bash disable=SC2016,SC2154

backups() { in_host bash -c 'ls -1 /var/backups/tacit'; }

back_up_every_night() {
  step "Back up: the packaged timer and service"
  is "installing enabled nothing" disabled in_host systemctl is-enabled tacit-backup.timer
  is "the directory of backups" "root:root 700" mode /var/backups/tacit
  check "systemctl enable --now tacit-backup.timer" in_host systemctl enable --now tacit-backup.timer
  says "it will run" 'tacit-backup.timer' in_host systemctl list-timers --no-pager tacit-backup.timer
  says "no backup was ever made, the metric says" '^tacit_backup_last_success_timestamp_seconds 0$' metrics
  check "systemctl start tacit-backup" in_host systemctl start tacit-backup.service
  local name
  name=$(backups)
  says "it is named by the time" '^tacit-[0-9]{8}T[0-9]{6}Z\.backup$' echo "$name"
  is "it is root's alone" "root:root 600" mode "/var/backups/tacit/$name"
  check "tacit verify --backup" in_host tacit verify --backup "/var/backups/tacit/$name"
  is "the note of it" "root:root 644" mode /var/lib/tacit/store.last-backup
  is "the metric has its time" "tacit_backup_last_success_timestamp_seconds $(in_host \
    bash -c 'grep -o "\"at\":[0-9]*" /var/lib/tacit/store.last-backup | cut -d: -f2')" metrics
  in_host bash -c "cd /var/backups/tacit; for day in \$(seq 10 29); do cp -p $name tacit-202001\${day}T000000Z.backup; done; echo mine >notes"
  check "another one" in_host systemctl start tacit-backup.service
  is "fourteen are kept" 14 in_host bash -c 'ls -1 /var/backups/tacit/tacit-*.backup | wc -l'
  is "and what is no backup" mine in_host cat /var/backups/tacit/notes
  check "the planes' users cannot list them" in_host bash -c '! runuser -u tacit-api -- ls /var/backups/tacit 2>/dev/null'
  in_host rm /var/backups/tacit/notes
}

metrics() { in_host bash -c 'curl --silent 127.0.0.1:8445/metrics | grep "^tacit_backup_last_success"'; }

give_admin_addresses() {
  step "Addresses for monitors, as the guide has them"
  follow_guide "drop-ins" in_host '^    # admin-listen:' '^$'
  check "systemctl restart" in_host bash -c 'systemctl daemon-reload; systemctl restart tacit-api tacit-tools'
  says "/readyz" '"status":"ready"' in_host curl --silent 127.0.0.1:8446/readyz
}

feed_the_audit_log() {
  step "Feed the audit log to the system log"
  is "installing enabled nothing" disabled in_host systemctl is-enabled tacit-audit-feed.service
  check "systemctl enable --now tacit-audit-feed" in_host systemctl enable --now tacit-audit-feed.service
  wait_for "all entries are in the journal" same_entries
  in_host systemctl stop tacit-audit-feed.service
  client resolve agno__linear__get >/dev/null
  check "started again" in_host systemctl start tacit-audit-feed.service
  wait_for "it continues where it stopped" same_entries
  in_host bash -c 'mkdir -p /run/systemd/system/tacit-audit-feed.service.d
    printf "[Service]\nExecStart=\nExecStart=/usr/bin/tacit audit feed --to /var/log/tacit/audit.jsonl --state \${STATE_DIRECTORY}/file.state --metadata-keyring %%d/metadata.keyring\n" \
      >/run/systemd/system/tacit-audit-feed.service.d/file.conf
    systemctl daemon-reload; systemctl restart tacit-audit-feed'
  wait_for "to a file" same_lines
  is "which is its user's" "tacit-audit:tacit-audit 640" mode /var/log/tacit/audit.jsonl
  in_host bash -c 'mv /var/log/tacit/audit.jsonl /var/log/tacit/audit.jsonl.1; systemctl reload tacit-audit-feed'
  client resolve agno__linear__get >/dev/null
  wait_for "that is rotated" same_lines
  in_host bash -c 'rm -r /run/systemd/system/tacit-audit-feed.service.d; systemctl daemon-reload
    systemctl restart tacit-audit-feed'
}

same_entries() {
  in_host bash -c 'cmp <(tacit audit export 2>/dev/null) <(journalctl --no-pager -t tacit-audit -o cat)'
}
same_lines() {
  in_host bash -c 'cmp <(tacit audit export 2>/dev/null) <(cat /var/log/tacit/audit.jsonl.1 /var/log/tacit/audit.jsonl 2>/dev/null)'
}
wait_for() {  # wait_for WHAT COMMAND…
  local what=$1 i
  shift
  for i in $(seq 100); do
    if "$@" >/dev/null 2>&1; then break; fi
    [ "$i" -lt 100 ] || fail "$what: $("$@" 2>&1 | tail -n 5) $(in_host journalctl --no-pager -u tacit-audit-feed -n 20)"
    sleep 0.2
  done
  ok "$what"
}

serve_by_two_api_processes() {
  step "Two API processes behind haproxy, by the template unit"
  check "apt installs haproxy" apt install haproxy
  follow_guide "the guide's commands" in_host 'PROXY_PROTOCOL_FROM=127' '^[*]' \
    's/^    //; s/^systemctl restart tacit-api@1.*/systemctl restart haproxy/'
  local instance
  for instance in 1 2; do
    is "tacit-api@$instance" active in_host systemctl is-active tacit-api@$instance.service
    is "its status" "serving the API on 127.0.0.1$instance:8443" property tacit-api@$instance.service StatusText
    wait_for "it is ready" in_host curl --silent --fail "127.0.0.1$instance:8445/readyz"
  done
  wait_for "the API serves through haproxy" client bash -c 'source /root/client.sh; curl --silent --fail --cacert $tls/ca.pem https://localhost/healthz'
  while_asking 443 restart_both_instances
  while_asking 443 check "an upgrade of the package" apt install --reinstall /root/tacit.deb
  check "back to one" in_host bash -euc 'systemctl disable --now haproxy tacit-api@1.socket tacit-api@2.socket tacit-api@1 tacit-api@2
    rm /etc/tacit/tacit-api@?.env; systemctl enable --now tacit-api'
}

restart_both_instances() {
  local round instance
  for round in 1 2 3; do
    for instance in 1 2; do
      in_host systemctl restart tacit-api@$instance.service
      wait_for "tacit-api@$instance is back ($round)" in_host curl --silent --fail "127.0.0.1$instance:8445/readyz"
      sleep 1
    done
  done
}

follow_the_runbook() {
  step "The runbook's searches find what they are for"
  in_host curl --silent --output /dev/null 127.0.0.1:8445/readyz
  local functions
  functions=$(guide '^    J\(\)' '^$')
  check "J finds starts, and no probes" in_host bash -euc "$functions
    lines=\$(J '\"event\":\"ready\"'); test -n \"\$lines\"; ! grep -q readyz <<<\"\$lines\""
  check "M finds figures" in_host bash -euc "$functions
    M ^tacit_key_info; M ^tacit_key_info 8446; M ^tacit_store_table; M ^tacit_connections_open"
}

issue_for_runtimes() {
  step "The runtimes' authority, by the guide's commands"
  in_host bash -c 'cp -p /etc/tacit/tls/runtimes-ca.pem /root/before-ca.pem
    echo "uri:spiffe://example.org/agents/linear agno__linear__*" >>/etc/tacit/tool-identities; systemctl reload tacit-tools'
  follow_guide "make it, and issue a certificate" in_host '^    umask 077; mkdir -p /root/runtimes-ca' '^$'
  wait_for "the runtime is let in" resolve_as_linear
  local issue
  issue=$(guide '^    issue\(\) \{' '^    issue linear')
  check "renewed, it is let in as well" in_host bash -euo pipefail -c "cd /root/runtimes-ca; cp linear.pem old.pem; cp linear.key old.key
    $issue
    issue linear spiffe://example.org/agents/linear"
  wait_for "the runtime is let in" resolve_as_linear
  if in_host tacit serve --help | grep -q tool-client-crl; then
    follow_guide "revoke a certificate" in_host '^    openssl ca -config ca.cnf -revoke' '^$' \
      '1s|^|cd /root/runtimes-ca; |; s/-revoke linear.pem/-revoke old.pem/'
    says "the revoked one is refused" 'error|alert|reset|40[13]' in_host bash -c 'cd /root/runtimes-ca
      curl --silent --show-error --fail-with-body --cacert /etc/tacit/tls/ca.pem --cert old.pem --key old.key \
        --data "{}" -H "Content-Type: application/json" https://localhost:8444/tool/v1/resolve'
    wait_for "the other is let in" resolve_as_linear
    in_host rm /etc/tacit/tacit.conf.d/runtimes-crl.conf
  fi
  in_host bash -c 'cp -p /root/before-ca.pem /etc/tacit/tls/runtimes-ca.pem; systemctl restart tacit-tools'
}

resolve_as_linear() {
  client bash -c 'source /root/client.sh; curl --silent --fail --cacert $tls/ca.pem --cert /root/runtimes-ca/linear.pem \
    --key /root/runtimes-ca/linear.key -H "Content-Type: application/json" \
    --data "{\"user_id\": \"$tenant\", \"tool_name\": \"agno__linear__get\"}" https://localhost:8444/tool/v1/resolve |
    grep -q lin_api_0123456789abcdef'
}
