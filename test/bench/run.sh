#!/usr/bin/env bash
# Compares Tacit with nginx on this machine, in one run and under the same conditions: certificate, TLS 1.3, persistent connections,
# number of threads, and size of the body; then compares the kinds of credential. Both servers share the cores with the load generator,
# which has the least influence on the server's CPU time per request: compare that first.
#   test/bench/run.sh
# Environment: BENCH_SECONDS (5) per row, BENCH_CONNECTIONS ("64 512"), BENCH_THREADS (the number of cores).
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"
# shellcheck source=test/bench/load.sh
source "$repository/test/bench/load.sh"

seconds=${BENCH_SECONDS:-5}
read -ra connections <<<"${BENCH_CONNECTIONS:-64 512}"
threads=${BENCH_THREADS:-$(nproc)}
nginx=
quiet=yes

cleanup() {
  stop_server || true
  if [ -n "$nginx" ]; then
    kill -TERM "$nginx" 2>/dev/null || true
    wait "$nginx" || true
  fi
  rm -rf "$directory"
}

build() {
  "$repository/conf/packages.sh" build run bench
  cd "$repository"
  if [ ! -e build/release/CMakeCache.txt ]; then cmake --preset release -DTACIT_TESTS=OFF >/dev/null; fi
  cmake --build --preset release --target tacit
  tacit=$repository/build/release/bin/tacit
}

make_installation() {
  mkdir -p "$repository/var"
  directory=$(mktemp -d "$repository/var/bench-XXXXXX")
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  [ "$(stat --file-system --format=%T "$directory")" != tmpfs ] || fail "$directory is in memory: durable writes would cost nothing"
  api_port=0
  tool_port=0
  make_state "$directory"
  printf '%s\n' "threads = $threads" "log-level = info" "max-connections = 4096" "request-rate = 0" \
    "secrets-default = 1000000000" >>"$state/tacit.conf"
  cat "$state/runtime.pem" "$state/runtime.key" >"$state/runtime-both.pem"
  "$tacit" quota set "$user" 1000000000000 --config "$state/tacit.conf" >/dev/null
}

restart_tacit() { # access log: on or off, [tokens that a thread remembers]
  stop_server
  sed -i '/^access-log/d; /^token-cache/d; s/^\(api\|tool\)-listen = .*/\1-listen = 127.0.0.1:0/' "$state/tacit.conf"
  printf '%s\n' "access-log = $1" "token-cache = ${2:-8192}" >>"$state/tacit.conf"
  start_server
}

# An issuer with a key file, and 10,000 of its tokens for the user whose secrets are requested.
make_tokens() {
  node "$repository/test/bench/tokens.mjs" "$state" https://issuer.bench https://tacit.bench "$user" 10000
  printf '%s\n' "[https://issuer.bench]" "audience = https://tacit.bench" "jwks-file = $state/issuer.jwks" >"$state/issuers"
  echo "issuers = $state/issuers" >>"$state/tacit.conf"
}

# Twenty secrets: GET reads one, and another is bound to the tool that is resolved.
fill_store() {
  local number
  for number in $(seq 20); do
    curl --silent --show-error --fail --cacert "$state/servers-ca.pem" -H "@$state/api-key.header" -H 'Content-Type: application/json' \
      --output "$state/answer" "https://127.0.0.1:$api_port/api/v1/secrets/" --data "{\"secret_name\": \"secret $number\", \
      \"secret_value\": \"a value of the usual length 0123456789\", \"tool_name\": \"agno__linear__tool_$number\", \"tool_arg\": \"api_key\", \
      \"is_default_for_tool\": true}"
  done
  secret_id=$(jq -r .secret_id "$state/answer")
  printf '{"user_id": "%s", "tool_name": "agno__linear__tool_20"}' "$user" >"$state/resolve.json"
}

start_nginx() {
  local body
  body=$(head -c "$(stat --format=%s "$state/answer")" /dev/zero | tr '\0' x)
  nginx_port=$((api_port + 1))
  cat >"$state/nginx.conf" <<CONFIGURATION
daemon off;
user root;
pid $state/nginx.pid;
error_log $state/nginx.log;
worker_processes $threads;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
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
  setpriv --pdeathsig TERM /usr/sbin/nginx -p "$state" -c "$state/nginx.conf" 2>"$state/nginx-start.log" &
  nginx=$!
  for _ in $(seq 50); do
    curl --silent --cacert "$state/servers-ca.pem" --output /dev/null "https://127.0.0.1:$nginx_port/" && return
    sleep 0.1
  done
  fail "nginx did not start: $(cat "$state/nginx-start.log")"
}

cipher() { # port
  openssl s_client -connect "127.0.0.1:$1" -CAfile "$state/servers-ca.pem" </dev/null 2>/dev/null | sed -n 's/^New, \(.*\)/\1/p'
}

rows() { # connections
  local api=https://127.0.0.1:$api_port header
  header=$(cat "$state/api-key.header")
  baseline=
  row "$1" "nginx, fixed body" "$nginx" with_wrk "https://127.0.0.1:$nginx_port/" ""
  row "$1" "healthz" "$server" with_wrk "$api/healthz" ""
  row "$1" "GET one" "$server" with_wrk "$api/api/v1/secrets/$secret_id" "$header"
  row "$1" "list of 20" "$server" with_wrk "$api/api/v1/secrets/?limit=20" "$header"
  row "$1" "resolve (audited durably)" "$server" with_ab "https://127.0.0.1:$tool_port/tool/v1/resolve"
  BENCH_CREATE=1 row "$1" "create (durable)" "$server" with_wrk "$api/api/v1/secrets/" "$header"
  restart_tacit on
  api=https://127.0.0.1:$api_port
  row "$1" "GET one, access log on" "$server" with_wrk "$api/api/v1/secrets/$secret_id" "$header"
  restart_tacit off
}

# The same request with each kind of credential. An API key is measured before and after a cached token, because the machine's speed
# drifts: the ratio is to the mean of both. A thread's cache is smaller than the number of tokens in the load, so in the last row each
# token is verified as if it were new.
credential_rows() { # connections
  local url=https://127.0.0.1:$api_port/api/v1/secrets/$secret_id api_key known before
  api_key=$(cat "$state/api-key.header")
  baseline=
  row "$1" "GET, API key" "$server" with_wrk "$url" "$api_key"
  before=$cpu
  row "$1" "GET, cached ES256 token" "$server" with_wrk "$url" "Authorization: Bearer $(head -n 1 "$state/tokens")"
  known=$cpu
  row "$1" "GET, API key again" "$server" with_wrk "$url" "$api_key"
  local after=$cpu after_user=$cpu_user
  restart_tacit off 64
  url=https://127.0.0.1:$api_port/api/v1/secrets/$secret_id
  BENCH_TOKENS=$state/tokens row "$1" "GET, ES256 token, first time" "$server" with_wrk "$url" ""
  awk -v known="$known" -v before="$before" -v after="$after" -v after_user="$after_user" -v first="$cpu" -v first_user="$cpu_user" \
    -v verify="$(verification_time)" 'BEGIN {
    printf "%11s  a cached token costs %.2f × an API key; one seen for the first time %.1f µs more than an API key, %.1f of them in user mode\n",
      "", known / ((before + after) / 2), first - after, first_user - after_user
    printf "%11s  (openssl speed, which counts user mode: %.1f µs a verification)\n", "", verify }'
  restart_tacit off
}

# What several secrets or tools in one request save: a batch of 64 beside one create, and 21 tools that one wildcard secret serves beside
# one of them.
several_rows() { # connections
  local api=https://127.0.0.1:$api_port tools=https://127.0.0.1:$tool_port header one
  header=$(cat "$state/api-key.header")
  baseline=
  BENCH_CREATE=1 row 1 "create, one connection" "$server" with_wrk "$api/api/v1/secrets/" "$header"
  one=$p50
  BENCH_CREATE=1 BENCH_BATCH=64 row 1 "batch of 64, likewise" "$server" with_wrk "$api/api/v1/secrets/batch" "$header"
  awk -v one="$one" -v batch="$p50" 'BEGIN { printf "%11s  p50 of a batch of 64: %.1f × that of one create\n", "", batch / one }'
  curl --silent --show-error --fail --cacert "$state/servers-ca.pem" -H "@$state/api-key.header" -H 'Content-Type: application/json' \
    --output "$state/answer" "$api/api/v1/secrets/" --data '{"secret_name": "toolkit", "tool_name": "agno__linear__kit_*", "tool_arg": "api_key",
      "secret_value": "a value of the usual length 0123456789", "is_default_for_tool": true}'
  jq --null-input --arg user "$user" '{user_id: $user, tool_name: "agno__linear__kit_1"}' >"$state/resolve.json"
  baseline=
  row "$1" "resolve, one tool" "$server" with_ab "$tools/tool/v1/resolve"
  jq --null-input --arg user "$user" '{user_id: $user, tools: [range(21) | {tool_name: "agno__linear__kit_\(.)"}]}' >"$state/resolve.json"
  row "$1" "resolve-many, 21 tools" "$server" with_ab "$tools/tool/v1/resolve-many"
}

# What a browser fetches to show the console for the first time.
console_load() {
  local asset requests=0 bytes=0 size
  for asset in "" $(curl --silent --cacert "$state/servers-ca.pem" "https://127.0.0.1:$api_port/console/" |
    grep -oE '(src|href)="[^"]+\.(js|css)"' | cut -d '"' -f 2); do
    size=$(curl --silent --fail --cacert "$state/servers-ca.pem" -H 'Accept-Encoding: gzip' --output /dev/null \
      --write-out '%{size_download}' "https://127.0.0.1:$api_port/console/${asset#/console/}")
    requests=$((requests + 1)) bytes=$((bytes + size))
  done
  echo "The console's first load: $requests requests, $bytes bytes compressed"
}

# µs in user mode for one ES256 verification, by OpenSSL's own measure, with as many processes at once as the server has threads: a
# core that its neighbour leaves alone is faster.
verification_time() {
  openssl speed -seconds 2 -multi "$threads" ecdsap256 2>/dev/null | awk -v threads="$threads" '/nistp256/ {print threads * 1e6 / $NF}'
}

build
make_installation
make_tokens
restart_tacit off
fill_store
start_nginx
[ "$(cipher "$api_port")" = "$(cipher "$nginx_port")" ] || fail "Tacit speaks $(cipher "$api_port"), nginx $(cipher "$nginx_port")"

echo
echo "$("$tacit" --version), $(/usr/sbin/nginx -v 2>&1); $threads threads each on $(nproc) cores; $(cipher "$api_port"); a body of \
$(stat --format=%s "$state/answer") bytes; $seconds s a row"
print_heading
for count in "${connections[@]}"; do rows "$count"; done
echo
echo "The kinds of credential, compared with an API key:"
print_heading
for count in "${connections[@]}"; do credential_rows "$count"; done
echo
echo "Several in one request:"
print_heading
several_rows "${connections[0]}"
console_load
