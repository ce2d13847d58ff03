# Sourced by quickstart.sh: the main job end to end, as requests whose answers are compared. `logs` are the servers' logs.
# shellcheck shell=bash

step() {
  current=$*
  echo "- $current"
}

failed() {
  echo "quickstart --check: FAILED at: $current" >&2
  echo "$*" >&2
  echo "the servers' last lines:" >&2
  tail -n 5 "${logs[@]}" >&2
  exit 1
}

# Sets `status` and `body`. The first argument selects the credential: api, runtime, other-runtime or none. Returns curl's
# exit code.
send() { # credential, method, path, [body]
  local credential=$1 method=$2 path=$3 options=(--silent --show-error --max-time 30 --cacert "$state/servers-ca.pem" --request "$2")
  local url=https://127.0.0.1:$api_port$path
  case $credential in
    api) options+=(-H "@$state/api-key.header") ;;
    runtime | other-runtime)
      options+=(--cert "$state/$credential.pem" --key "$state/$credential.key")
      url=https://127.0.0.1:$tool_port$path
      ;;
  esac
  if [ $# -ge 4 ]; then options+=(-H 'Content-Type: application/json' --data-binary "$4"); fi
  status=$(curl "${options[@]}" --output "$state/answer" --write-out '%{http_code}' "$url" 2>"$state/curl.log") || return
  body=$(cat "$state/answer")
}

request() { # credential, method, path, [body]
  send "$@" || failed "$2 $3: $(cat "$state/curl.log")"
}

expect_status() {
  [ "$status" = "$1" ] || failed "status $status instead of $1: $body"
}

expect() { # what, found, expected
  [ "$2" = "$3" ] || failed "$1 is '$2' instead of '$3'"
}

field() { jq -r "$1" <<<"$body"; }

expect_no_value() {
  case $body in *"$first_value"* | *"$second_value"*) failed "the answer shows a value: $body" ;; esac
}

resolve_as() { # certificate
  request "$1" POST /tool/v1/resolve "{\"user_id\": \"$user\", \"tool_name\": \"agno__linear__get_issue_details\"}"
}

secret_json() { # name, value
  jq --null-input --compact-output --arg name "$1" --arg value "$2" '{secret_name: $name, secret_value: $value}'
}

first_value='lin_api_first_0123456789abcdefghij'
second_value='lin_api_second_ABCDEFGHIJ9876543210'
secrets=/api/v1/secrets/

check_create_and_read() {
  step "create a secret for agno__linear__*"
  request api POST $secrets "$(secret_json linear "$first_value" |
    jq '. + {tool_name: "agno__linear__*", tool_arg: "api_key", is_default_for_tool: true}')"
  expect_status 200
  expect_no_value
  id=$(field .secret_id)
  expect "user_id" "$(field .user_id)" "$user"
  expect "display" "$(field .display)" 'lin_****ghij'
  expect "the number of fields" "$(field length)" 9
  local created=$body

  step "list it"
  request api GET $secrets
  expect_status 200
  expect "the list" "$(field '.data | length')" 1
  expect "the listed secret" "$(field '.data[0] | tojson')" "$(jq -c . <<<"$created")"

  step "get it"
  request api GET "$secrets$id"
  expect_status 200
  expect "the secret" "$(jq -S . <<<"$body")" "$(jq -S . <<<"$created")"

  step "be refused without an API key"
  request none GET $secrets
  expect_status 401
}

check_use() {
  step "resolve it for agno__linear__get_issue_details over mutual TLS"
  resolve_as runtime
  expect_status 200
  expect "the value" "$(field .arguments.api_key.value)" "$first_value"
  expect "the secret's id" "$(field .arguments.api_key.secret_id)" "$id"

  step "patch the value"
  request api PATCH "$secrets$id" "{\"secret_value\": \"$second_value\"}"
  expect_status 200
  expect_no_value

  step "resolve the new value"
  resolve_as runtime
  expect_status 200
  expect "the value" "$(field .arguments.api_key.value)" "$second_value"

  step "be refused with a certificate that lacks the grant"
  resolve_as other-runtime
  expect_status 403
  expect_no_value

  step "be refused without a certificate"
  if curl --silent --max-time 30 --cacert "$state/servers-ca.pem" --output "$state/answer" -H 'Content-Type: application/json' \
    --data '{}' "https://127.0.0.1:$tool_port/tool/v1/resolve"; then
    failed "the tool plane answered: $(cat "$state/answer")"
  fi
}

check_quota() {
  step "fill a quota of 8 KiB until 413"
  "$tacit" quota set "$user" 8192 --config "$configuration" >"$state/quota.log" 2>&1 || failed "$(cat "$state/quota.log")"
  local number=0 filler
  filler=$(printf 'x%.0s' {1..1000})
  status=200
  while [ "$status" = 200 ] && [ $number -lt 20 ]; do
    number=$((number + 1))
    request api GET /api/v1/quota
    expect_status 200
    local before=$body
    request api POST $secrets "$(secret_json "filler $number" "$filler")"
  done
  expect_status 413
  expect "the limit in the answer" "$(field .detail.limit)" 8192

  step "see the counter unchanged by the refusal"
  request api GET /api/v1/quota
  expect_status 200
  expect "the quota" "$body" "$before"
  expect "the count" "$(field .count)" "$number"
}

check_restart() {
  step "restart the server"
  stop_server || failed "the server ended with $?"
  start_server
}

check_still_there() {
  step "see the secrets still there"
  request api GET "$secrets$id"
  expect_status 200
  resolve_as runtime
  expect_status 200
  expect "the value" "$(field .arguments.api_key.value)" "$second_value"
  request api GET "$secrets?secret_name=filler%201"
  expect "the filler" "$(field '.data | length')" 1
}

check_delete() {
  step "delete the secret"
  request api DELETE "$secrets$id"
  expect_status 200
  expect "the deleted secret" "$(field .secret_id)" "$id"

  step "see 404, and nothing released"
  request api GET "$secrets$id"
  expect_status 404
  resolve_as runtime
  expect_status 200
  expect "what is released" "$(field '.arguments | length')" 0
}

check_store() {
  step "verify the store"
  "$tacit" verify --config "$configuration" >"$state/verify.log" 2>&1 || failed "$(cat "$state/verify.log")"
}

check_stop() {
  step "stop the server"
  stop_server || failed "the server ended with $?"
}

run_checks() {
  check_create_and_read
  check_use
  check_quota
  check_restart
  check_still_there
  check_delete
  check_store
  check_stop
  echo "quickstart --check: all passed"
}
