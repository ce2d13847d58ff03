#!/usr/bin/env bash
# Finds files that the documents name and that are not there: targets of links, and paths in backquotes. Exit code 1 if there is one.
#   test/documents.sh [FILE.md…]     by default every document in the repository
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -eq 0 ]; then
  mapfile -t documents < <(find . \( -name node_modules -o -path ./build -o -path ./var -o -name .git \) -prune -o -name '*.md' -print | sort)
  set -- "${documents[@]}"
fi

missing=0
named=0
expect() { # DOCUMENT FOLDER PATH
  named=$((named + 1))
  [ -e "$2/$3" ] && return
  echo "$1 names $3, which is not there"
  missing=$((missing + 1))
}

for document in "$@"; do
  # Links to other places (https:, #section) are not this script's.
  while read -r target; do
    expect "$document" "$(dirname "$document")" "${target%%#*}"
  done < <(grep -oP '\]\(\K[^)#:]+(#[^)]*)?(?=\))' "$document" || true)
  # Paths from the top. A placeholder (<name>, *, …) names no file.
  # shellcheck disable=SC2016  # a backquote of the document
  while read -r path; do
    expect "$document" . "$path"
  done < <(grep -oP '`\K(auth|conf|crypto|http|server|store|test|\.ci)/[A-Za-z0-9_./@-]*(?=[ `])' "$document" | sort -u || true)
done
[ "$named" -gt 0 ] || { echo "no document names a file" >&2; exit 1; }
[ "$missing" -eq 0 ] || exit 1
echo "$named names of files, all there"
