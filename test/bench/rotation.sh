#!/bin/sh
# Measures a rotation of the root key: makes a store with COUNT tenants (1,000,000 by default), gives it a new
# root key, reseals every tenant's key at full speed, retires the old key and verifies. The folder (default: one under
# the system's temporary folder) should be on the disk to measure; it is removed at the end.
#   test/bench/rotation.sh [COUNT] [FOLDER]
set -eu

count=${1:-1000000}
repository=$(cd "$(dirname "$0")/../.." && pwd)
build=$repository/build/release
folder=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/tacit-rotation.XXXXXX")
trap 'rm -rf "$folder"' EXIT

say() { printf '%s %s\n' "$(date +%T)" "$*"; }

cmake --build "$build" --target tacit many-tenants >"$folder/build.log" || { cat "$folder/build.log"; exit 1; }
cat >"$folder/tacit.conf" <<END
store = $folder/store
map-size = 64G
root-public-keyring = $folder/root-public.keyring
root-private-keyring = $folder/root-private.keyring
metadata-keyring = $folder/metadata.keyring
END
tacit() { "$build/bin/tacit" "$@" --config "$folder/tacit.conf"; }

tacit init >"$folder/init.log"
old=$(tacit key list | awk '$1 == "root" { print $2 }')
say "making $count tenants"
"$build/bin/many-tenants" "$folder/store" "$folder/root-public.keyring" "$folder/metadata.keyring" "$folder/root-signing.keyring" "$count"
say "the store takes $(du -m "$folder/store/data.mdb" | cut -f1) MiB; load $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) CPUs"
new=$(tacit key add root 2>"$folder/add.log")
tacit key promote "$new" 2>"$folder/promote.log"
say "rewrapping"
tacit key rewrap root --rate 0
say "retiring"
tacit key retire "$old" --yes
tacit verify
say "done; the store takes $(du -m "$folder/store/data.mdb" | cut -f1) MiB"
