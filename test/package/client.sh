# What the test asks the servers, inside the host. Sourced.
# shellcheck shell=bash
tls=/etc/tacit/tls
tenant=1f0c7c4e-0000-4000-8000-000000000001

api() {  # api METHOD PATH [JSON]
  curl --silent --show-error --fail-with-body --max-time 20 --cacert $tls/ca.pem --header "x-api-key: $(cat /root/key)" \
    --header 'Content-Type: application/json' --request "$1" ${3:+--data "$3"} "https://localhost:8443$2"
}

resolve() {  # resolve TOOL
  curl --silent --show-error --fail-with-body --max-time 20 --cacert $tls/ca.pem --cert $tls/runtime.pem --key $tls/runtime.key \
    --header 'Content-Type: application/json' --data "{\"user_id\": \"$tenant\", \"tool_name\": \"$1\"}" \
    https://localhost:8444/tool/v1/resolve
}

make_certificates() {
  local ca
  cd $tls || return
  for ca in ca runtimes-ca; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 30 -subj "/CN=$ca" -keyout $ca.key -out $ca.pem 2>/dev/null
  done
  make_certificate ca api DNS:localhost serverAuth
  make_certificate ca tools DNS:localhost serverAuth
  make_certificate runtimes-ca runtime URI:spiffe://test/runtime clientAuth
  # As in the guide: a plane's TLS key is readable for its user alone.
  chown root:tacit-api api.key
  chown root:tacit-tools tools.key
  chmod 440 api.key tools.key
}

make_certificate() {  # make_certificate CA NAME SUBJECT_ALTERNATIVE_NAME USE
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "/CN=$2" -keyout "$2.key" -out "$2.csr" 2>/dev/null
  openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" -days 30 -out "$2.pem" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=%s\n' "$3" "$4") 2>/dev/null
}

# Opens a connection per request until the file is gone; prints the numbers of requests and of failures.
keep_asking() {  # keep_asking PORT
  local asked=0 failed=0
  while [ -e /root/asking ]; do
    asked=$((asked + 1))
    if ! curl --silent --show-error --fail --max-time 20 --output /dev/null --cacert $tls/ca.pem --cert $tls/runtime.pem \
      --key $tls/runtime.key "https://localhost:$1/healthz" 2>>/root/refused; then
      failed=$((failed + 1))
    fi
  done
  echo "$asked $failed"
}
