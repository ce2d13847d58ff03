# The steps of the package's test about incidents: the guide's commands after a fall of the API process, and those that make
# backups of erased data worthless. Sourced by run.sh.
# shellcheck shell=bash disable=SC2016,SC2154

key_of() { # key_of RING: its primary key
  in_host tacit key list | awk -v ring="$1" '$1 == ring && $3 == "primary" { print $2 }'
}
is_replaced() { # is_replaced RING FORMER_KEY: another key is primary, and the former one is gone, or only verifies
  in_host tacit key list | awk -v ring="$1" -v former="$2" '
    $1 == ring && $2 == former && $3 != "retired" { kept = 1 }
    $1 == ring && $2 != former && $3 == "primary" { other = 1 }
    END { exit !other || kept }'
}

recover_from_a_fallen_api() {
  step "The API process fell: the guide's commands, from the stop of the process to the last check"
  check "apt installs what the commands call" apt install jq less
  local head audit metadata
  head=$(in_host tacit audit verify | awk '$1 " " $2 == "audit head" { print $3 }')
  audit=$(key_of audit-api)
  metadata=$(key_of metadata)
  follow_guide "the commands" in_host '^[*][*]The API process fell' '^The store has to be' "s|4711:9f86…|$head|"
  is "the API is stopped" inactive in_host systemctl is-active tacit-api.service
  is "and its socket" inactive in_host systemctl is-active tacit-api.socket
  says "tools are served" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
  check "the audit key of the API plane is replaced" is_replaced audit-api "$audit"
  check "the metadata key is replaced" is_replaced metadata "$metadata"
  says "the head from before is found" '^anchor +found$' in_host cat /root/findings
  says "no finding" '^problems +0$' in_host cat /root/findings-after
  check "systemctl start" in_host systemctl start tacit-api.service
  says "the API serves" '"secret_name":"linear"' client api GET /api/v1/secrets/
  check "it stores" client api POST /api/v1/secrets/ '{"secret_name": "afterwards", "secret_value": "stored after the fall",
    "tool_name": "agno__after__*", "tool_arg": "key", "is_default_for_tool": true}'
  says "which is released" '"value":"stored after the fall"' client resolve agno__after__get
  check "tacit verify" in_host tacit verify
  in_host rm /root/findings /root/findings-after /root/evidence.backup
}

# A tenant that goes, with a secret.
make_a_tenant_that_goes() {
  client bash -euo pipefail -c 'source /root/client.sh
    tacit api-key create --tenant '"$1"' --name gone >/root/gone 2>/dev/null
    mv /root/key /root/stays; mv /root/gone /root/key
    api POST /api/v1/secrets/ "{\"secret_name\": \"gone\", \"secret_value\": \"to be shredded\"}" >/dev/null
    mv /root/stays /root/key'
}

shred_for_good() {
  step "Shred what was erased: the guide's commands"
  local tenant=1f0c7c4e-0000-4000-8000-0000000000aa before root signing
  make_a_tenant_that_goes $tenant
  check "a backup that has it" in_host systemctl start tacit-backup.service
  before=$(in_host bash -c 'ls -1 /var/backups/tacit/*.backup | tail -n 1')
  check "opens" in_host tacit verify --backup "$before"
  root=$(key_of root)
  signing=$(key_of signing)
  sleep 1 # backups are named by the second
  follow_guide "erase, and replace the root keys and all key pairs" in_host '^[*][*]After a leaked root key, and to shred' \
    '^The signing key' "s|UUID|$tenant|"
  follow_guide "a backup, and a copy of the keyrings" in_host '^[*][*]To shred for good' '^Then destroy' \
    's|-out /root|-pass pass:test -out /root|'
  check "the root key is replaced" is_replaced root "$root"
  check "the root signing key is replaced" is_replaced signing "$signing"
  says "the tenant is gone" 'nothing is stored' in_host tacit erase --tenant $tenant --dry-run
  check "no key opens the backup from before" in_host bash -c "! tacit verify --backup $before"
  says "other values are released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
  says "the API serves" '"secret_name":"linear"' client api GET /api/v1/secrets/
  check "tacit verify" in_host tacit verify
  in_host rm /root/keys.tar.enc
}
