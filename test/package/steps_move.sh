# Moving to a new host: another root with its own systemd gets the files of the guide's list and the last backup, and nothing else.
# Sourced by run.sh.
# shellcheck shell=bash disable=SC2016,SC2154

move_to_a_new_host() {
  step "Move to a new host with what the guide lists"
  local secrets value
  secrets=$(client api GET /api/v1/secrets/)
  value=$(client resolve agno__linear__get)
  follow_guide "on the old host" in_host '^    # On the old host' '^    # On the new host'
  in_host cat /root/move.tar >"$work/move.tar"
  in_host cat /root/key >"$work/key"
  in_host rm /root/move.tar /root/move.list
  (
    # The parent shell keeps the previous host.
    host_pid=
    host_name=new
    work=$work/new
    trap 'stop_host; unmount_root' EXIT
    mkdir "$work"
    mount_root
    cp "$package" "$work/root/root/tacit.deb"
    cp "$here/client.sh" "$work/../key" "$work/../move.tar" "$work/root/root/"
    fetch_dependencies /root/tacit.deb
    start_host
    # Users get other numbers than on the old host.
    in_host useradd --system --uid 997 somebody 2>/dev/null || true
    follow_guide "on the new host" in_host '^    # On the new host' '^$' \
      's|apt install ./tacit_[^ ]*|DEBIAN_FRONTEND=noninteractive apt-get -qq install /root/tacit.deb|'
    is "the secrets are the same" "$secrets" client api GET /api/v1/secrets/
    is "a runtime gets the same value" "$value" client resolve agno__linear__get
    is "the timer is enabled" enabled in_host systemctl is-enabled tacit-backup.timer
    check "tacit verify" in_host tacit verify
    stop_host
  ) || fail "the new host does not answer as the old one"
  check "the old host serves on, for the rest of this test" in_host systemctl start tacit-api.service tacit-tools.service
}
