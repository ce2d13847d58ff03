# Sourced by run.sh: the rows, in the order in which a round measures them. A row that others are compared with comes
# before them. rows.mjs has their names for people.
# shellcheck shell=bash disable=SC2034,SC2154  # variables that the scripts share

quick_rows=(nginx healthz get list20 p256 create resolve handshake-nginx handshake resumed-nginx resumed idle-nginx
  idle)
all_rows=(nginx healthz get list20 list1000 nginx-512 get-512 list20-512 token token-new get-log p256 create create-256
  create-512 create-1 batch-1 lmdb-1 lmdb-128 patch delete resolve resolve-512 resolve-many-one resolve-many
  rate-get rate-create rate-resolve overload fair-alone fair-beside handshake-nginx handshake resumed-nginx resumed
  idle-nginx idle)

on_tacit() { # row, requests, connections, [options …]
  measure "$1" "$server" closed "$api_port" --requests "$state/$2.requests" --connections "$3" "${@:4}"
}

on_tools() { # row, requests, connections
  measure "$1" "$server" closed "$tool_port" --requests "$state/$2.requests" --connections "$3" \
    --certificate "$state/runtime-both.pem"
}

on_nginx() { # row, connections
  measure "$1" "$nginx" closed "$nginx_port" --requests "$state/healthz.requests" --connections "$2"
}

# At half of what the row reached at most.
at_half() { # row, pid, port, requests, row at most
  local rate
  rate=$(awk -v most="$(rate_of "$5")" 'BEGIN { print int(most / 2) }')
  measure "$1" "$2" rate "$3" --requests "$state/$4.requests" --connections 64 --rate "$rate" \
    --certificate "$state/runtime-both.pem"
}

# Creates come at four times the rate of the row `create`, on as many connections as changes may wait.
overload() {
  local rate
  rate=$(awk -v most="$(rate_of create)" 'BEGIN { print int(most * 4) }')
  measure overload "$server" rate "$api_port" --requests "$state/create.requests" --connections 4096 --rate "$rate"
}

deletes() {
  more_secrets "$deletes_each" "$state/deletes"
  sed "s|.*|DELETE\t/api/v1/secrets/&\t$header|" "$state/deletes" >"$state/delete.requests"
  warm_up=0 on_tacit delete delete 64 --order once
}

# The rows that need another configuration restart the server, and restart it again.
with_access_log() {
  restart_tacit on
  on_tacit get-log get 64
  restart_tacit off
}

# A thread remembers fewer tokens than the load has, so that each is verified as if it were new.
with_new_tokens() {
  restart_tacit off 64
  on_tacit token-new tokens 64
  restart_tacit off
}

on_lmdb() { # row, creates in a transaction
  note "$1" "$("$programs/lmdb-loop" "$state/lmdb" "$prefill" "$2" "$seconds" |
    jq -r '. + {rate: (.requests / .elapsed)} | tojson | .[1:-1]')"
}

on_p256() {
  local keygen ecdh
  read -r keygen ecdh < <("$programs/p256-base" "$threads" 1)
  note p256 "\"cpu\":$(awk -v keygen="$keygen" -v ecdh="$ecdh" 'BEGIN { print keygen + ecdh }'),\"ecdh\":$ecdh"
}

handshakes() { # row, pid, port, [--resume]
  measure "$1" "$2" handshakes "$3" --connections 16 "${@:4}"
  if [ $# = 4 ]; then
    tail -n 1 "$samples" | jq -e '.resumed > .rate' >/dev/null || fail "$1: handshakes did not resume the session"
  fi
}

idle() { # row
  stop_nginx
  restart_tacit off
  start_nginx
  if [ "$1" = idle ]; then measure_idle "$1" "$server" "$api_port"; else measure_idle "$1" "$nginx" "$nginx_port"; fi
}

# GET of one tenant at a constant rate, while another tenant lists and searches many secrets on 8 connections. The work
# of that tenant's client is not part of the measurement.
beside_lists() {
  nice -n 19 "$load" closed "127.0.0.1:$api_port" --requests "$state/hostile.requests" --connections 8 --seconds 600 \
    >"$state/hostile.json" 2>&1 &
  local hostile=$!
  sleep 0.5
  fairness fair-beside
  kill "$hostile"
  wait "$hostile" 2>/dev/null || true
}

fairness() { # row
  measure "$1" "$server" rate "$api_port" --requests "$state/get.requests" --connections 64 --rate 500
}

measure_row() { # name
  case $1 in
    nginx) on_nginx nginx 64 ;;
    nginx-512) on_nginx nginx-512 512 ;;
    healthz | get | list20 | list1000 | create | patch) on_tacit "$1" "$1" 64 ;;
    get-512 | list20-512 | create-512 | create-256 | create-1) on_tacit "$1" "${1%-*}" "${1##*-}" ;;
    batch-1) on_tacit batch-1 batch 1 ;;
    token) on_tacit token token 64 ;;
    token-new) with_new_tokens ;;
    get-log) with_access_log ;;
    delete) deletes ;;
    resolve) on_tools resolve resolve 64 ;;
    resolve-512) on_tools resolve-512 resolve 512 ;;
    resolve-many-one) on_tools resolve-many-one resolve-kit 64 ;;
    resolve-many) on_tools resolve-many resolve-many 64 ;;
    rate-get) at_half rate-get "$server" "$api_port" get get ;;
    rate-create) at_half rate-create "$server" "$api_port" create create ;;
    rate-resolve) at_half rate-resolve "$server" "$tool_port" resolve resolve ;;
    overload) overload ;;
    p256) on_p256 ;;
    lmdb-1 | lmdb-128) on_lmdb "$1" "${1#lmdb-}" ;;
    fair-alone) fairness fair-alone ;;
    fair-beside) beside_lists ;;
    handshake) handshakes handshake "$server" "$api_port" ;;
    handshake-nginx) handshakes handshake-nginx "$nginx" "$nginx_port" ;;
    resumed) handshakes resumed "$server" "$api_port" --resume ;;
    resumed-nginx) handshakes resumed-nginx "$nginx" "$nginx_port" --resume ;;
    idle | idle-nginx) idle "$1" ;;
  esac
}
