# Sourced by quickstart.sh: the server as a child of this script.
# shellcheck shell=bash

server=

# Sets api_port and tool_port to what the server listens on. Its log is shown and kept in server.log.
start_server() {
  logs=("$state/server.log")
  : >"$state/server.log"
  # The server ends with this script, even if that is killed.
  if [ "${quiet:-no}" = yes ]; then
    setpriv --pdeathsig TERM "$tacit" serve --config "$configuration" 2>>"$state/server.log" &
  else
    setpriv --pdeathsig TERM "$tacit" serve --config "$configuration" 2> >(trap '' INT TERM && tee -a "$state/server.log" >&2) &
  fi
  server=$!
  local ready=
  for _ in $(seq 300); do
    ready=$(grep -m 1 '"event":"ready"' "$state/server.log") && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  if [ -z "$ready" ]; then
    kill -0 "$server" 2>/dev/null || server=
    fail "the server did not start: $(cat "$state/server.log")
If the ports are taken, choose others: TACIT_API_PORT=… TACIT_TOOL_PORT=… conf/quickstart.sh"
  fi
  api_port=$(jq -r '.api | split(":")[-1]' <<<"$ready")
  tool_port=$(jq -r '.tools | split(":")[-1]' <<<"$ready")
}

# Stops the server. Returns its exit code.
stop_server() {
  [ -n "$server" ] || return 0
  local child=$server
  server=
  kill -TERM "$child" 2>/dev/null || true
  wait "$child"
}

# Waits until the server has ended. Returns its exit code. A signal that this script handles interrupts a wait; the last wait
# still gets the exit code, which bash remembers.
wait_for_end() {
  while kill -0 "$server" 2>/dev/null; do wait "$server" || true; done
  local child=$server
  server=
  wait "$child"
}
