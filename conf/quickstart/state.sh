# Sourced by quickstart.sh: makes the files of a development installation in one folder, each only if it is missing.
# shellcheck shell=bash

say() { echo "$*"; }

fail() {
  echo "quickstart: $*" >&2
  exit 1
}

# A file appears only when it is complete, so that an interrupted run leaves no partial file for the next one.
write_file() { # name, mode; content on standard input
  local file=$state/$1
  (umask 077 && cat >"$file.new")
  chmod "$2" "$file.new"
  mv "$file.new" "$file"
}

openssl_quietly() {
  openssl "$@" 2>"$state/openssl.log" || fail "openssl $1 failed: $(cat "$state/openssl.log")"
}

still_valid() {
  [ -e "$state/$1.pem" ] && [ -e "$state/$1.key" ] && openssl x509 -in "$state/$1.pem" -checkend 86400 -noout >/dev/null
}

new_key() { # name
  (umask 077 && openssl_quietly genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$state/$1.key.new")
  mv "$state/$1.key.new" "$state/$1.key"
}

make_authority() { # name, common name
  new_key "$1"
  openssl_quietly req -x509 -new -key "$state/$1.key" -days 825 -subj "/CN=$2" -out "$state/$1.pem.new" -config - <<'CONFIG'
[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
CONFIG
  mv "$state/$1.pem.new" "$state/$1.pem"
}

make_certificate() { # name, authority, common name, usage, alternative names
  if still_valid "$1"; then return; fi
  new_key "$1"
  openssl_quietly req -new -key "$state/$1.key" -subj "/CN=$3" -out "$state/$1.csr" -config <(printf '[req]\ndistinguished_name = name\n[name]\n')
  openssl_quietly x509 -req -in "$state/$1.csr" -CA "$state/$2.pem" -CAkey "$state/$2.key" -days 825 -out "$state/$1.pem.new" \
    -set_serial "0x$(openssl rand -hex 16)" -extfile <(printf '%s\n' "basicConstraints = critical, CA:FALSE" \
      "keyUsage = critical, digitalSignature" "extendedKeyUsage = $4" "subjectAltName = $5")
  mv "$state/$1.pem.new" "$state/$1.pem"
  rm -f "$state/$1.csr"
}

make_certificates() {
  # Two authorities: a certificate that a server shows to the world must never open the tool plane.
  if ! still_valid servers-ca || ! still_valid runtimes-ca; then
    say "Making development certificates"
    rm -f "$state"/*.pem # what an earlier authority signed is worth nothing with a new one
    make_authority servers-ca "Tacit development servers"
    make_authority runtimes-ca "Tacit development tool runtimes"
  fi
  make_certificate api servers-ca localhost serverAuth "DNS:localhost, IP:127.0.0.1"
  make_certificate tools servers-ca localhost serverAuth "DNS:localhost, IP:127.0.0.1"
  make_certificate runtime runtimes-ca runtime clientAuth "URI:spiffe://demo/runtime"
  make_certificate other-runtime runtimes-ca other-runtime clientAuth "URI:spiffe://demo/other-runtime"
}

make_tool_identities() {
  write_file tool-identities 644 <<'IDENTITIES'
# Which tool runtimes may use which tools: the certificate's identity, then patterns. runtime.pem is the first.
uri:spiffe://demo/runtime        agno__linear__*
uri:spiffe://demo/other-runtime  agno__github__*
IDENTITIES
}

make_configuration() {
  configuration=$state/tacit.conf
  make_tool_identities
  write_file tacit.conf 644 <<CONFIGURATION
# Written by conf/quickstart.sh each time.
plane = both
api-listen = 127.0.0.1:$api_port
api-certificate = $state/api.pem
api-certificate-key = $state/api.key
tool-listen = 127.0.0.1:$tool_port
tool-certificate = $state/tools.pem
tool-certificate-key = $state/tools.key
tool-client-ca = $state/runtimes-ca.pem
tool-identities = $state/tool-identities
store = $state/store
map-size = 1G
root-public-keyring = $state/root-public.keyring
root-private-keyring = $state/root-private.keyring
metadata-keyring = $state/metadata.keyring
CONFIGURATION
}

make_store() {
  if [ -e "$state/store" ]; then return; fi
  say "Making the keyrings and the store"
  "$tacit" init --config "$configuration" >"$state/init.log" 2>&1 || fail "tacit init: $(cat "$state/init.log")"
}

# The key is kept as the header that curl sends (curl -H @file), so that it is in no command line and no shell history.
make_api_key() {
  if [ ! -e "$state/user-id" ]; then write_file user-id 644 </proc/sys/kernel/random/uuid; fi
  user=$(cat "$state/user-id")
  if [ -e "$state/api-key.header" ]; then return; fi
  say "Making an API key for the demo user $user"
  local key
  key=$("$tacit" api-key create --tenant "$user" --name quickstart --config "$configuration" 2>"$state/api-key.log") ||
    fail "tacit api-key create: $(cat "$state/api-key.log")"
  printf 'x-api-key: %s\n' "$key" | write_file api-key.header 600
}

make_state() { # folder
  mkdir -p "$1"
  state=$(cd "$1" && pwd)
  chmod 700 "$state"
  make_certificates
  make_configuration
  make_store
  make_api_key
}
