# Sourced by run.sh: the installation that is measured, Tacit, and nginx beside it.
# shellcheck shell=bash disable=SC2034,SC2154  # variables that the scripts share

nginx=

cleanup() {
  stop_server || true
  stop_nginx
  rm -rf "$directory"
}

stop_nginx() {
  [ -n "$nginx" ] || return 0
  kill -TERM "$nginx" 2>/dev/null || true
  wait "$nginx" || true
  nginx=
}

# Installs what is missing and builds. TACIT names a ready binary instead of the tree's.
build() { # programs of test/bench …
  "$repository/conf/packages.sh" build run bench
  if [ ! -e "$repository/build/release/CMakeCache.txt" ]; then
    (cd "$repository" && cmake --preset release -DTACIT_TESTS=OFF >/dev/null)
  fi
  local targets=("$@")
  if [ -z "${TACIT:-}" ]; then targets+=(tacit); fi
  cmake --build "$repository/build/release" --target "${targets[@]}" >&2
  programs=$repository/build/release/bin
  tacit=${TACIT:-$programs/tacit}
}

make_installation() {
  mkdir -p "$repository/var"
  directory=$(mktemp -d "$repository/var/bench-XXXXXX")
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  [ "$(stat --file-system --format=%T "$directory")" != tmpfs ] ||
    fail "$directory is in memory: durable writes would cost nothing"
  ulimit -n "$(ulimit -Hn)"
  api_port=0
  tool_port=0
  make_state "$directory"
  printf '%s\n' "threads = $threads" "log-level = info" "max-connections = 12000" "request-rate = 0" "map-size = 16G" \
    "secrets-default = 1000000000" >>"$state/tacit.conf"
  sed -i '/^map-size = 1G/d' "$state/tacit.conf"
  cat "$state/runtime.pem" "$state/runtime.key" >"$state/runtime-both.pem"
  "$tacit" quota set "$user" 1000000000000 --config "$state/tacit.conf" >/dev/null
}

restart_tacit() { # access log: on or off, [tokens that a thread remembers]
  stop_server
  sed -i '/^access-log/d; /^token-cache/d; s/^\(api\|tool\)-listen = .*/\1-listen = 127.0.0.1:0/' "$state/tacit.conf"
  printf '%s\n' "access-log = $1" "token-cache = ${2:-8192}" >>"$state/tacit.conf"
  start_server
  api=https://127.0.0.1:$api_port
  tools=https://127.0.0.1:$tool_port
}

# An issuer with a key file, and 10,000 of its tokens for the user whose secrets are requested.
make_tokens() {
  node "$repository/test/bench/tokens.mjs" "$state" https://issuer.bench https://tacit.bench "$user" 10000
  printf '%s\n' "[https://issuer.bench]" "audience = https://tacit.bench" "jwks-file = $state/issuer.jwks" \
    >"$state/issuers"
  echo "issuers = $state/issuers" >>"$state/tacit.conf"
}

store_secret() { # JSON; the answer is in $state/answer
  curl --silent --show-error --fail --cacert "$state/servers-ca.pem" -H "@$state/api-key.header" \
    -H 'Content-Type: application/json' --output "$state/answer" "$api/api/v1/secrets/" --data "$1"
}

# Twenty secrets: GET reads one, and it is bound to the tool that is resolved. One more serves 21 tools. Then others,
# that are listed at once, and changed.
fill_store() { # number of the others
  local number
  header=$(cat "$state/api-key.header")
  for number in $(seq 20); do
    store_secret "{\"secret_name\": \"secret $number\", \"secret_value\": \"a value of the usual length 0123456789\",
      \"tool_name\": \"agno__linear__tool_$number\", \"tool_arg\": \"api_key\", \"is_default_for_tool\": true}"
  done
  secret_id=$(jq -r .secret_id "$state/answer")
  cp "$state/answer" "$state/body"
  printf '{"user_id": "%s", "tool_name": "agno__linear__tool_20"}' "$user" >"$state/resolve.json"
  store_secret '{"secret_name": "toolkit", "tool_name": "agno__linear__kit_*", "tool_arg": "api_key",
    "secret_value": "a value of the usual length 0123456789", "is_default_for_tool": true}'
  jq --null-input --compact-output --arg user "$user" '{user_id: $user, tool_name: "agno__linear__kit_1"}' \
    >"$state/resolve-kit.json"
  jq --null-input --compact-output --arg user "$user" \
    '{user_id: $user, tools: [range(21) | {tool_name: "agno__linear__kit_\(.)"}]}' >"$state/resolve-many.json"
  : >"$state/ids"
  if [ "$1" -gt 0 ]; then more_secrets "$1" "$state/ids"; fi
  request_lines
}

# Stores secrets in batches and writes their ids, one a line.
more_secrets() { # number, file, [file with the credential]
  node "$repository/test/bench/secrets.mjs" "$state" "$api_port" "$1" "${3:-api-key.header}" >"$2"
}

# Another tenant with many secrets, and the lists and searches that it asks for.
make_hostile() { # number of secrets
  local tab=$'\t' list=/api/v1/secrets/ other
  [ "$1" -gt 0 ] || return 0
  other=$(cat /proc/sys/kernel/random/uuid)
  printf 'x-api-key: %s\n' "$("$tacit" api-key create --tenant "$other" --name bench --config "$state/tacit.conf" \
    2>"$state/api-key.log")" >"$state/hostile.header"
  "$tacit" quota set --tenant "$other" 1000000000000 --config "$state/tacit.conf" >/dev/null
  more_secrets "$1" "$state/hostile-ids" hostile.header
  printf '%s\n' "GET$tab$list?limit=1000$tab$(cat "$state/hostile.header")" \
    "GET$tab$list?limit=1&tool_name=*zz*$tab$(cat "$state/hostile.header")" >"$state/hostile.requests"
}

# The requests of bench-load (test/bench/load/requests.hpp).
request_lines() {
  local tab=$'\t' new='"secret_value":"a value of the usual length 0123456789"'
  printf '%s\n' "GET$tab/healthz" >"$state/healthz.requests"
  printf '%s\n' "GET$tab/api/v1/secrets/$secret_id$tab$header" >"$state/get.requests"
  printf '%s\n' "GET$tab/api/v1/secrets/?limit=20$tab$header" >"$state/list20.requests"
  printf '%s\n' "GET$tab/api/v1/secrets/?limit=1000$tab$header" >"$state/list1000.requests"
  printf '%s\n' "POST$tab/api/v1/secrets/$tab$header$tab{\"secret_name\":\"load {r} {n}\",$new}" \
    >"$state/create.requests"
  printf '%s\n' "POST$tab/tool/v1/resolve$tab$tab$(cat "$state/resolve.json")" >"$state/resolve.requests"
  printf '%s\n' "POST$tab/tool/v1/resolve$tab$tab$(cat "$state/resolve-kit.json")" >"$state/resolve-kit.requests"
  printf '%s\n' "POST$tab/tool/v1/resolve-many$tab$tab$(cat "$state/resolve-many.json")" >"$state/resolve-many.requests"
  sed "s|.*|PATCH$tab/api/v1/secrets/&$tab$header$tab{\"secret_value\":\"another value of that length {r}\"}|" \
    "$state/ids" >"$state/patch.requests"
  # 64 secrets in one request.
  seq 64 | sed "s|.*|{\"secret_name\":\"batch {r} &\",$new}|" | paste --serial --delimiters=, |
    sed "s|.*|POST$tab/api/v1/secrets/batch$tab$header$tab{\"secrets\":[&]}|" >"$state/batch.requests"
  [ -e "$state/tokens" ] || return 0
  sed "s|.*|GET$tab/api/v1/secrets/$secret_id${tab}Authorization: Bearer &|" "$state/tokens" \
    >"$state/tokens.requests"
  head -n 1 "$state/tokens.requests" >"$state/token.requests"
}

nginx_configuration() {
  local body
  body=$(head -c "$(stat --format=%s "$state/body")" /dev/zero | tr '\0' x)
  cat <<CONFIGURATION
daemon off;
user root;
pid $state/nginx.pid;
error_log $state/nginx.log;
worker_processes $threads;
worker_rlimit_nofile 65536;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  server {
    listen 127.0.0.1:$nginx_port ssl reuseport backlog=4096;
    ssl_certificate $state/api.pem;
    ssl_certificate_key $state/api.key;
    ssl_protocols TLSv1.3;
    ssl_session_tickets on;
    default_type application/json;
    location / { return 200 '$body'; }
  }
}
CONFIGURATION
}

# Sets nginx_port: below the ports that clients get; another one if it is taken.
start_nginx() {
  for _ in 1 2 3 4 5; do
    nginx_port=$((20000 + RANDOM % 10000))
    nginx_configuration >"$state/nginx.conf"
    setpriv --pdeathsig TERM /usr/sbin/nginx -p "$state" -c "$state/nginx.conf" 2>"$state/nginx-start.log" &
    nginx=$!
    for _ in $(seq 50); do
      curl --silent --cacert "$state/servers-ca.pem" --output /dev/null "https://127.0.0.1:$nginx_port/" && return
      kill -0 "$nginx" 2>/dev/null || break
      sleep 0.1
    done
    stop_nginx
  done
  fail "nginx did not start: $(cat "$state/nginx-start.log")"
}

# The cipher that a client and the server agree upon.
cipher() { # port
  openssl s_client -connect "127.0.0.1:$1" -CAfile "$state/servers-ca.pem" </dev/null 2>/dev/null |
    sed -n 's/^New, \(.*\)/\1/p'
}

# What a browser fetches to show the console for the first time.
console_load() {
  local asset requests=0 bytes=0 size
  for asset in "" $(curl --silent --cacert "$state/servers-ca.pem" "$api/console/" |
    grep -oE '(src|href)="[^"]+\.(js|css)"' | cut -d '"' -f 2); do
    size=$(curl --silent --fail --cacert "$state/servers-ca.pem" -H 'Accept-Encoding: gzip' --output /dev/null \
      --write-out '%{size_download}' "$api/console/${asset#/console/}")
    requests=$((requests + 1)) bytes=$((bytes + size))
  done
  echo "The console's first load: $requests requests, $bytes bytes compressed"
}
