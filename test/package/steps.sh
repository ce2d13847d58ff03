# The steps of the package's test, in the order of a package's life. Sourced by run.sh.
# shellcheck shell=bash disable=SC2016,SC2154

client() { in_host bash -euo pipefail -c 'source /root/client.sh; "$@"' client "$@"; }
property() { in_host systemctl show --property "$2" --value "$1"; }
# Non-interactive: fails if dpkg has a question.
apt() { in_host env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null; }
mode() { in_host stat --format '%U:%G %a' "$1"; }

install_older() {
  step "Install the older package on a host that never had one"
  check "apt installs it and what it depends on" apt install /root/tacit-older.deb
  is "its version" "$(dpkg-deb --field "$older" Version)" in_host dpkg-query --show --showformat '${Version}' tacit
  is "no server was started" inactive in_host systemctl is-active tacit-api.service
  says "user tacit-api is in the store's group" '^tacit-api( .*)? tacit( |$)' in_host id -Gn tacit-api
  says "user tacit-tools is in the store's group" '^tacit-tools( .*)? tacit( |$)' in_host id -Gn tacit-tools
  is "the store's directory" "root:tacit 2770" mode /var/lib/tacit/store
  is "where keyrings go" "root:root 755" mode /etc/tacit/keys
  says "man tacit" 'tacit - a write-only secret store' in_host man tacit
  says "man tacit.conf" 'api-listen = ADDRESS:PORT' in_host man tacit.conf
  says "man tacit-audit-prune" 'Permanently deletes the oldest audit entries' in_host man tacit-audit-prune
  check "completion for zsh and fish" in_host test -s /usr/share/zsh/vendor-completions/_tacit -a \
    -s /usr/share/fish/vendor_completions.d/tacit.fish
  check "systemd finds no fault in the units" in_host bash -c '
    output=$(systemd-analyze verify --man=no tacit-api.service tacit-tools.service tacit.service 2>&1); test -z "$output" || {
    echo "$output"; false; }'
  says "bash completes commands" '^check-config' in_host bash -c '
    source /usr/share/bash-completion/bash_completion; source /usr/share/bash-completion/completions/tacit
    COMP_WORDS=(tacit ch); COMP_CWORD=1; COMP_LINE="tacit ch"; COMP_POINT=8; _tacit tacit ch tacit; echo "${COMPREPLY[@]}"'
  says "bash completes values" '^tools' in_host bash -c '
    source /usr/share/bash-completion/bash_completion; source /usr/share/bash-completion/completions/tacit
    COMP_WORDS=(tacit serve --plane t); COMP_CWORD=3; COMP_LINE="tacit serve --plane t"; COMP_POINT=21; _tacit tacit t --plane
    echo "${COMPREPLY[@]}"'
}

refuse_without_configuration() {
  step "Start without keys and certificates"
  says "systemctl says that it failed" 'Assertion failed' in_host systemctl start tacit-tools.service
  says "systemctl status names the keyring that is missing" \
    'AssertPathExistsGlob=/etc/tacit/keys/.*keyring\* was not met' in_host systemctl status tacit-tools.service
  says "tacit check-config names the certificate that is missing" 'api-certificate: /etc/tacit/tls/api.pem' \
    in_host tacit check-config
}

configure() {
  step "Configure: keys, certificates, one runtime that may ask for every tool"
  check "tacit init, as root" in_host tacit init
  is "root private keyring" "root:root 400" mode /etc/tacit/keys/root-private.keyring
  is "the store's data" "root:tacit 660" mode /var/lib/tacit/store/data.mdb
  forget_signatures
  in_host systemctl reset-failed
  says "without certificates the journal says why it does not start" 'api-certificate: /etc/tacit/tls/api.pem: No such file' \
    in_host bash -c 'systemctl start tacit-api.service; journalctl --no-pager --unit tacit-api.service'
  in_host systemctl stop tacit-api.socket
  in_host systemctl reset-failed
  check "certificates" client make_certificates
  in_host bash -c 'echo "uri:spiffe://test/runtime *" >>/etc/tacit/tool-identities'
  in_host bash -c 'sed -i "s/^#log-level = .*/log-level = debug/" /etc/tacit/tacit.conf'
  check "tacit check-config finds no problem" in_host tacit check-config
}

serve_two_planes() {
  step "Serve: two processes, each with its socket"
  check "systemctl enable --now" in_host systemctl enable --now tacit-api.service tacit-tools.service
  local plane
  for plane in api tools; do
    is "tacit-$plane" active in_host systemctl is-active tacit-$plane.service
    is "tacit-$plane.socket" active in_host systemctl is-active tacit-$plane.socket
    is "its watchdog" 30s property tacit-$plane.service WatchdogUSec
  done
  is "its status" "serving the API on 127.0.0.1:8443" property tacit-api.service StatusText
  is "its status" "serving tools on 127.0.0.1:8444" property tacit-tools.service StatusText
}

confine_the_processes() {
  step "Look at what the processes may do"
  local plane pid
  for plane in api tools; do
    pid=$(property tacit-$plane.service MainPID)
    is "tacit-$plane runs as" "tacit-$plane" in_host ps -o user= -p "$pid"
    says "no core dumps" 'core file size +0 +0' in_host cat "/proc/$pid/limits"
    says "no capabilities" 'CapEff:\s+0000000000000000' in_host cat "/proc/$pid/status"
  done
  says "credentials of the API plane" '^(audit-api.keyring )?metadata.keyring$' \
    in_host bash -c 'cd /run/credentials/tacit-api.service; echo *'
  says "credentials of the tool plane" '^(audit-tools.keyring )?metadata.keyring root-private.keyring( root-signing.keyring)?$' \
    in_host bash -c 'cd /run/credentials/tacit-tools.service; echo *'
  check "the API plane's user cannot read the private keyring" in_host bash -c '
    ! setpriv --reuid tacit-api --regid tacit-api --init-groups cat /etc/tacit/keys/root-private.keyring'
  local output
  output=$(in_host /usr/share/doc/tacit/exposure.sh) || fail "exposure: $output"
  printf '%s\n' "$output" | sed 's/^/   ok: /'
}

store_and_release() {
  step "Store a secret by the API and release it to a runtime"
  client bash -c 'source /root/client.sh; tacit api-key create --tenant $tenant --name test >/root/key 2>/dev/null'
  says "stored" '"secret_name":"linear"' client api POST /api/v1/secrets/ '{"secret_name": "linear",
    "secret_value": "lin_api_0123456789abcdef", "tool_name": "agno__linear__*", "tool_arg": "api_key", "is_default_for_tool": true}'
  says "released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
}

# Four clients that open a connection per request while the command runs.
while_asking() {  # while_asking PORT COMMAND…
  local port=$1 client asked failed asking=()
  shift
  in_host bash -c 'rm -f /root/refused; touch /root/asking'
  for client in 1 2 3 4; do
    client keep_asking "$port" >"$work/asked$client" &
    asking+=($!)
  done
  "$@"
  in_host rm /root/asking
  wait "${asking[@]}"
  asked=$(cat "$work"/asked? | awk '{ sum += $1 } END { print sum }')
  failed=$(cat "$work"/asked? | awk '{ sum += $2 } END { print sum }')
  [ "$asked" -gt 0 ] || fail "the clients asked nothing"
  [ "$failed" = 0 ] || fail "$failed of $asked requests failed: $(in_host sort /root/refused | uniq -c)"
  ok "$asked requests on new connections, none failed"
}

# One after the other, as an operator would.
restart_ten_times() {
  local i
  for i in 1 2 3 4 5 6 7 8 9 10; do
    in_host systemctl restart "$1"
    sleep 2.1
  done
}

restart_without_refusing() {
  step "Restart each plane ten times while clients connect"
  while_asking 8443 restart_ten_times tacit-api.service
  while_asking 8444 restart_ten_times tacit-tools.service
  says "the secret is there" '"secret_name":"linear"' client api GET /api/v1/secrets/
}

served_serial() {
  in_host bash -c 'openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | openssl x509 -noout -serial'
}

reload() {
  step "Reload: a new certificate without a restart"
  local before pid
  before=$(served_serial)
  pid=$(property tacit-api.service MainPID)
  client bash -c 'source /root/client.sh; cd $tls; make_certificate ca api DNS:localhost serverAuth
    chown root:tacit-api api.key; chmod 440 api.key'
  while_asking 8443 in_host systemctl reload tacit-api.service
  local i
  for i in $(seq 50); do
    [ "$(served_serial)" = "$before" ] || break
    [ "$i" -lt 50 ] || fail "the old certificate is served after a reload"
    sleep 0.1
  done
  ok "the new certificate is served"
  is "the process is the same" "$pid" property tacit-api.service MainPID
  is "its status" "serving the API on 127.0.0.1:8443" property tacit-api.service StatusText
}

watch_over_the_process() {
  step "Stop the process with SIGSTOP, so that nothing in it moves: the watchdog restarts it"
  in_host bash -c 'mkdir -p /run/systemd/system/tacit-api.service.d
    printf "[Service]\nWatchdogSec=2\n" >/run/systemd/system/tacit-api.service.d/watchdog.conf
    systemctl daemon-reload; systemctl restart tacit-api.service'
  local pid i
  pid=$(property tacit-api.service MainPID)
  sleep 5
  is "left alone, it is not restarted" "$pid" property tacit-api.service MainPID
  in_host kill -STOP "$pid"
  for i in $(seq 150); do
    if [ "$(property tacit-api.service NRestarts)" = 1 ] && [ "$(property tacit-api.service ActiveState)" = active ]; then break; fi
    [ "$i" -lt 150 ] || fail "the watchdog did not restart it: $(in_host systemctl status tacit-api.service)"
    sleep 0.2
  done
  says "the journal reports the watchdog" 'Watchdog timeout' in_host journalctl --no-pager --unit tacit-api.service
  says "it serves again" '"secret_name":"linear"' client api GET /api/v1/secrets/
  in_host bash -c 'rm -r /run/systemd/system/tacit-api.service.d; systemctl daemon-reload; systemctl restart tacit-api.service'
}

# Of tacit.conf and tool-identities: the same in every package.
packaged_files="60e6c0d6867ba47dc031cd801cc4e4003e47ff837c055ca3c9081447d7639986
f20eca6229acda58e3df7153427f65fbaf76f9cb42b0caba1161e484929a4d94"
packaged_sums() {
  local file
  for file in tacit.conf tool-identities; do
    dpkg-deb --fsys-tarfile "$1" | tar --extract --to-stdout "./etc/tacit/$file" | sha256sum | cut -d ' ' -f 1
  done
}

# The older package has the new program, whose store and keyrings the older units do not know: they are replaced by those of
# version 0.2.0, which signed nothing.
forget_signatures() {
  local ring
  in_host test -e /etc/tacit/keys/root-signing.keyring || return 0
  for ring in root-signing audit-api audit-tools audit-operator; do
    is "$ring.keyring" "root:root 400" mode /etc/tacit/keys/$ring.keyring
  done
  cp "$repository/test/integration/old_stores/store_0_2_0.tar.gz" "$work/root/root/was.tar.gz"
  in_host bash -euc 'mkdir /root/was; tar --extract --file /root/was.tar.gz --directory /root/was --no-same-owner
    cd /etc/tacit/keys; rm *.keyring /var/lib/tacit/store/*.mdb
    install -m 400 /root/was/root-private.keyring .
    install -m 444 /root/was/root-public.keyring .
    install -o root -g tacit -m 440 /root/was/metadata.keyring .
    install -o root -g tacit -m 660 /root/was/store/data.mdb /var/lib/tacit/store
    rm -r /root/was /root/was.tar.gz'
  check "a store without signatures opens" in_host tacit stats
}

sign_an_existing_store() {
  step "Sign the store: the upgraded units start without the new keyrings, and then with them"
  says "the note that nothing is signed" 'run tacit key add signing' in_host bash -c 'tacit check-config 2>&1'
  check "no unit misses the keyrings" in_host systemctl is-active tacit-api.service tacit-tools.service
  wait_for "the store has the newest format" in_host bash -c 'tacit stats --json | grep -q "\"store_format\":5"'
  in_host bash -euc 'tacit key add signing >/root/signing-key'
  local ring
  for ring in root-signing audit-api audit-tools audit-operator; do
    is "$ring.keyring" "root:root 400" mode /etc/tacit/keys/$ring.keyring
  done
  check "systemctl restart" in_host systemctl restart tacit-api.service tacit-tools.service
  check "tacit key promote" in_host bash -euc 'tacit key promote "$(cat /root/signing-key)"'
  check "systemctl restart" in_host systemctl restart tacit-api.service tacit-tools.service
  check "tacit tenant rekey --all" in_host tacit tenant rekey --all --rate 0
  check "systemctl restart" in_host systemctl restart tacit-api.service tacit-tools.service
  is "credentials of the API plane" "audit-api.keyring metadata.keyring" \
    in_host bash -c 'cd /run/credentials/tacit-api.service; echo *'
  is "credentials of the tool plane" "audit-tools.keyring metadata.keyring root-private.keyring root-signing.keyring" \
    in_host bash -c 'cd /run/credentials/tacit-tools.service; echo *'
  says "the secret is released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
  says "tacit status" '^ok +signing +keys and audit entries must be signed' in_host tacit status
  check "tacit check-config --as tacit-api" in_host tacit check-config --as tacit-api
  check "tacit check-config --as tacit-tools" in_host tacit check-config --as tacit-tools
  check "tacit verify" in_host tacit verify
  in_host rm /root/signing-key
}

upgrade_with_data() {
  step "Upgrade without a terminal, over edited files, with data, while clients connect"
  local before edited file
  for file in "$older" "$package"; do
    is "the packaged files of $(basename "$file")" "$packaged_files" packaged_sums "$file"
  done
  edited=$(in_host sha256sum /etc/tacit/tacit.conf /etc/tacit/tool-identities)
  # A file that a plane made with the rights of the older version, and a store elsewhere, made as the older guide described.
  in_host bash -euc 'chown tacit-api /var/lib/tacit/store/lock.mdb; install -d -o root -g tacit -m 2770 /srv/elsewhere
    install -o tacit-tools -g tacit -m 660 /dev/null /srv/elsewhere/data.mdb; mkdir -p /etc/tacit/tacit.conf.d
    echo "store = /srv/elsewhere" >/etc/tacit/tacit.conf.d/10-store.conf
    echo "store = /var/lib/tacit/store" >/etc/tacit/tacit.conf.d/20-store.conf'
  before=$(property tacit-api.service MainPID)
  while_asking 8443 check "apt upgrades" apt install /root/tacit.deb
  is "its version" "$(dpkg-deb --field "$package" Version)" in_host dpkg-query --show --showformat '${Version}' tacit
  says "the server was restarted" '^[0-9]+$' bash -c "echo $(property tacit-api.service MainPID) | grep -v '^$before$'"
  is "what the operator changed in the files is kept" "$edited" in_host sha256sum /etc/tacit/tacit.conf /etc/tacit/tool-identities
  check "nothing is beside them" in_host bash -c '! ls /etc/tacit/*.dpkg-*'
  is "the store's directory is sticky" "root:tacit 3770" mode /var/lib/tacit/store
  is "its files are root's" "root:tacit 660" mode /var/lib/tacit/store/lock.mdb
  is "the directory elsewhere too" "root:tacit 3770" mode /srv/elsewhere
  is "and what is in it" "root:tacit 660" mode /srv/elsewhere/data.mdb
  in_host rm -r /srv/elsewhere /etc/tacit/tacit.conf.d/10-store.conf /etc/tacit/tacit.conf.d/20-store.conf
  is "installing started nothing else" inactive in_host systemctl is-active tacit-backup.timer
  says "the secret is released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
  check "tacit verify" in_host tacit verify
  check "systemd finds no fault in the new units" in_host bash -c '
    output=$(systemd-analyze verify --man=no tacit-api@1.service tacit-backup.service tacit-backup.timer tacit-audit-feed.service 2>&1)
    test -z "$output" || { echo "$output"; false; }'
  check "the units are hardened" in_host /usr/share/doc/tacit/exposure.sh
  check "the operator's guide and its samples" in_host bash -c '
    cd /usr/share/doc/tacit && ls tacit.conf.sample OPERATING.md haproxy.cfg.sample nginx.conf.sample alert-rules.yml grafana-dashboard.json
    cd etcd && bash roles.sh --help && ls etcd.conf.sample tacit.conf.sample &&
      ./units.sh /tmp/units && grep -q etcd-api.pem /tmp/units/etc/systemd/system/tacit-api.service.d/etcd.conf'
}

keep_the_files_in_their_place() {
  step "The store's files: no plane replaces them, and root works on them as another user"
  check "the planes' users cannot replace them" in_host bash -c 'cd /var/lib/tacit/store
    for user in tacit-api tacit-tools; do for file in lock.mdb data.mdb; do
      ! runuser -u $user -- mv $file $file.aside 2>/dev/null || exit 1; done; done'
  is "root's commands run as" tacit-store in_host bash -c 'tacit audit tail --follow >/dev/null & sleep 2
    ps -o user= --ppid $!; kill $!'
  says "a link in their place is refused" 'lock.mdb is a symbolic link' in_host bash -c 'cd /var/lib/tacit/store
    mv lock.mdb lock.mdb.aside; cp /etc/hostname /root/victim; ln -s /root/victim lock.mdb; tacit stats; rm lock.mdb
    mv lock.mdb.aside lock.mdb'
  check "and nothing was written through it" in_host cmp /etc/hostname /root/victim
  check "in its place again, it is open" in_host tacit stats
}

refuse_a_reload() {
  step "Reload a faulty configuration: systemctl fails with the reason; tacit status and check-config, with running units"
  local pid
  pid=$(property tacit-api.service MainPID)
  check "a good one succeeds" in_host systemctl reload tacit-api.service tacit-tools.service
  in_host bash -c 'echo "threads = many" >>/etc/tacit/tacit.conf'
  check "a bad one fails" in_host bash -c '! systemctl reload tacit-api.service'
  says "systemctl status has the reason" 'not reloaded: .*threads: "many" is not a whole number' \
    in_host systemctl status --no-pager --full --lines 20 tacit-api.service
  says "tacit reload has the reason too, for both processes" 'process [0-9]+ \(tools\): configuration not reloaded' in_host tacit reload
  is "the server keeps running" "$pid" property tacit-api.service MainPID
  in_host sed -i '/^threads = many$/d' /etc/tacit/tacit.conf
  check "after the repair it succeeds" in_host systemctl reload tacit-api.service
  says "tacit status: the API" '^ok +api plane +process [0-9]+ ready on' in_host tacit status
  says "tacit status: tools" '^ok +tools plane +process [0-9]+ ready on' in_host tacit status
  check "tacit check-config --as tacit-api" in_host tacit check-config --as tacit-api
  check "tacit check-config --as tacit-tools" in_host tacit check-config --as tacit-tools
  in_host chown root:root /etc/tacit/tls/api.key
  says "a key that the plane's user cannot read" 'tls/api.key' in_host tacit check-config --as tacit-api
  in_host chown root:tacit-api /etc/tacit/tls/api.key
}

seal_the_keyrings() {
  step "Seal the keyrings to the host: LoadCredentialEncrypted="
  in_host bash -euc 'cd /etc/tacit/keys
    for ring in root-private metadata root-signing audit-tools audit-api; do
      systemd-creds encrypt --name=$ring.keyring $ring.keyring $ring.keyring.cred
    done
    mkdir /root/apart
    mv root-private.keyring metadata.keyring root-signing.keyring audit-tools.keyring audit-api.keyring /root/apart
    install -d /etc/systemd/system/tacit-tools.service.d /etc/systemd/system/tacit-api.service.d
    grep -v audit-api /usr/share/doc/tacit/encrypted-keyrings.conf >/etc/systemd/system/tacit-tools.service.d/keys.conf
    grep -v -e root-private -e root-signing -e audit-tools /usr/share/doc/tacit/encrypted-keyrings.conf \
      >/etc/systemd/system/tacit-api.service.d/keys.conf
    systemctl daemon-reload' 2>/dev/null
  check "systemctl restart" in_host systemctl restart tacit-api.service tacit-tools.service
  says "the secret is released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
  check "tacit check-config unseals them" in_host tacit check-config --as tacit-tools
  check "those of the API plane too" in_host tacit check-config --as tacit-api
  in_host bash -euc 'mv /root/apart/* /etc/tacit/keys; rm /etc/tacit/keys/*.cred; rm -r /etc/systemd/system/tacit-*.service.d
    systemctl daemon-reload'
}

serve_both_planes_in_one() {
  step "A small host: both planes in one process"
  check "systemctl disable --now" in_host systemctl disable --now tacit-api.service tacit-tools.service
  check "systemctl enable --now tacit" in_host systemctl enable --now tacit.service
  is "its status" "serving the API on 127.0.0.1:8443, tools on 127.0.0.1:8444" property tacit.service StatusText
  is "the other units' sockets are closed" inactive in_host systemctl is-active tacit-api.socket
  says "the API serves" '"secret_name":"linear"' client api GET /api/v1/secrets/
  says "the secret is released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
  while_asking 8443 restart_ten_times tacit.service
}

remove_keeps_data() {
  step "Remove"
  check "apt removes it" apt remove tacit
  check "the program is gone" in_host test ! -e /usr/bin/tacit
  check "no process of it runs" in_host bash -c '! pgrep --exact tacit'
  says "nothing listens" 'Connection refused|Failed to connect|Could.t connect' in_host curl --silent --show-error https://localhost:8443/healthz
  check "the store is kept" in_host test -s /var/lib/tacit/store/data.mdb
  check "the configuration is kept" in_host test -s /etc/tacit/tacit.conf
  check "the users are kept" in_host id tacit-api
  check "installed again, it starts with its data" apt install /root/tacit.deb
  check "systemctl start" in_host systemctl start tacit.service
  says "the secret is released" '"value":"lin_api_0123456789abcdef"' client resolve agno__linear__get
}

purge_removes_data() {
  step "Purge"
  says "it lists what it keeps" 'keys is kept.*root-private.keyring' apt purge tacit
  check "the backups are kept" in_host bash -c 'ls /var/backups/tacit/tacit-*.backup'
  check "the store is gone" in_host test ! -e /var/lib/tacit
  check "the configuration is gone" in_host test ! -e /etc/tacit/tacit.conf
  check "the keyrings are kept: backups need them" in_host test -s /etc/tacit/keys/root-private.keyring
  check "the users are kept, because files may still belong to them" in_host bash -c 'getent passwd tacit-api tacit-tools && getent group tacit'
  check "no unit is left enabled" in_host bash -c '! ls /etc/systemd/system/*.wants/tacit* 2>/dev/null'
  check "no unit has failed" in_host bash -c 'test -z "$(systemctl --failed --no-legend)"'
}
