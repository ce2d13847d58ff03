# Sourced by quickstart.sh: the main job through haproxy, and a loop of changes during which an etcd node and a host are killed.
# Each change is repeated until it is acknowledged; in the end all of them must be there, and none that was deleted.
# shellcheck shell=bash

rounds=40
kill_etcd_at=12
kill_host_at=26
patience=60 # seconds for one change; a failover takes one to three

declare -A value_of=() # of each secret of the loop that is there, by name
declare -A id_of=()
longest=0 # milliseconds that one change took

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# Repeats a request while its outcome is unknown or it was refused for now. Sets `status` and `body`, and `attempts`.
until_answered() { # credential, method, path, [body]
  local begun
  begun=$(now_ms)
  attempts=0
  while :; do
    attempts=$((attempts + 1))
    status=000
    body=
    if send "$@"; then
      case $status in 429 | 503 | 000) ;; *) break ;; esac
    fi
    [ $(($(now_ms) - begun)) -lt $((patience * 1000)) ] ||
      failed "$2 $3 was not acknowledged in $patience s: status $status $body $(cat "$state/curl.log")"
    sleep 0.1
  done
  local took=$(($(now_ms) - begun))
  if [ $took -gt $longest ]; then longest=$took; fi
}

loop_secret() { # number, value
  jq --null-input --compact-output --arg name "loop $1" --arg value "$2" --arg tool "agno__linear__loop_$1" \
    '{secret_name: $name, secret_value: $value, tool_name: $tool, tool_arg: "token", is_default_for_tool: true}'
}

# A 409 after a repetition: the first attempt was applied. After none: another change of the same rows, to be repeated.
create_loop_secret() { # number
  local name="loop $1" value
  value=value_$1_$(openssl rand -hex 8)
  for _ in $(seq 20); do
    until_answered api POST $secrets "$(loop_secret "$1" "$value")"
    if [ "$status" = 200 ]; then
      id_of[$name]=$(field .secret_id)
      value_of[$name]=$value
      return
    fi
    expect_status 409
    until_answered api GET "$secrets?secret_name=loop%20$1"
    expect_status 200
    if [ "$(field '.data | length')" = 1 ]; then
      id_of[$name]=$(field '.data[0].secret_id')
      value_of[$name]=$value
      return
    fi
  done
  failed "status 409 again and again, and there is no secret $name"
}

patch_loop_secret() { # number
  local name="loop $1" value
  [ -n "${id_of[$name]:-}" ] || return 0
  value=patched_$1_$(openssl rand -hex 8)
  status=409
  while [ "$status" = 409 ]; do until_answered api PATCH "$secrets${id_of[$name]}" "{\"secret_value\": \"$value\"}"; done
  expect_status 200
  value_of[$name]=$value
}

delete_loop_secret() { # number
  local name="loop $1"
  [ -n "${id_of[$name]:-}" ] || return 0
  status=409
  while [ "$status" = 409 ]; do until_answered api DELETE "$secrets${id_of[$name]}"; done
  if [ "$status" != 404 ] || [ $attempts = 1 ]; then expect_status 200; fi
  unset "id_of[$name]" "value_of[$name]"
}

expect_value() { # number
  until_answered runtime POST /tool/v1/resolve "{\"user_id\": \"$user\", \"tool_name\": \"agno__linear__loop_$1\"}"
  expect_status 200
  expect "the value of loop $1" "$(field '.arguments.token.value // ""')" "${value_of[loop $1]:-}"
}

kill_in_the_loop() { # number
  case $1 in
    "$kill_etcd_at")
      killed_node=$(etcd_leader) || failed "no etcd node leads"
      echo "  (killing etcd-$killed_node, which leads)"
      kill_hard "etcd-$killed_node"
      ;;
    "$kill_host_at")
      echo "  (killing host b)"
      kill_hard tacit-b
      ;;
  esac
}

check_loop() {
  local number
  step "lift the quota"
  "$tacit" quota set "$user" default --config "$configuration" >"$state/quota.log" 2>&1 || failed "$(cat "$state/quota.log")"

  step "make $rounds rounds of changes, and kill an etcd node and a host in their course"
  for number in $(seq $rounds); do
    kill_in_the_loop "$number"
    create_loop_secret "$number"
    if [ $((number % 3)) = 0 ]; then patch_loop_secret $((number - 1)); fi
    if [ $((number % 5)) = 0 ]; then delete_loop_secret $((number - 4)); fi
    expect_value "$number"
  done
  echo "  (the longest that one of them waited: $longest ms)"
}

check_nothing_lost() {
  local number
  step "find each acknowledged change"
  until_answered api GET $secrets
  expect_status 200
  expect "the secrets of the loop" \
    "$(field '[.data[] | select(.secret_name | startswith("loop ")) | "\(.secret_name)=\(.secret_id)"] | sort | join(" ")')" \
    "$(for name in "${!id_of[@]}"; do echo "$name=${id_of[$name]}"; done | jq -rRn '[inputs] | sort | join(" ")')"
  for number in $(seq $rounds); do expect_value "$number"; done
}

check_audit() {
  step "verify the audit log"
  "$tacit" audit verify --config "$configuration" >"$state/verify.log" 2>&1 || failed "$(cat "$state/verify.log")"
}

check_recovery() {
  step "start the killed etcd node and host again"
  start "etcd-$killed_node"
  start tacit-b
  for _ in $(seq 30); do
    ctl --command-timeout=2s endpoint health >"$state/etcdctl.log" 2>&1 && break
    sleep 0.1
  done
  ctl endpoint health >"$state/etcdctl.log" 2>&1 || failed "$(cat "$state/etcdctl.log")"
  wait_for_host b

  step "see all of it through either host"
  kill_hard tacit-a
  check_nothing_lost
}

run_cluster_checks() {
  check_create_and_read
  check_use
  check_quota
  check_still_there
  check_loop
  check_nothing_lost
  check_delete
  check_store
  check_audit
  check_recovery
  check_store
  check_audit
  step "see etcd's roles as they should be"
  make_etcd_roles --check
  step "stop the host"
  stop tacit-b || failed "host b ended with $?"
  echo "quickstart --cluster --check: all passed"
}
