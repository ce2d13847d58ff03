#!/usr/bin/env bash
# Finds names in the documents that do not exist: targets of links and their sections; paths and test suites in backquotes; paths
# in the drawings' sources. Compares each drawing's labels with those of its source. Exit code 1 if something is missing or differs.
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

# The sections of a document in the form of links: lower case, without punctuation, hyphens for spaces.
sections() { # DOCUMENT
  awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" | sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'
}

for document in "$@"; do
  # External links (https:) are not checked.
  while read -r target; do
    file=$document
    if [[ $target != \#* ]]; then
      expect "$document" "$(dirname "$document")" "${target%%#*}"
      file=$(dirname "$document")/${target%%#*}
    fi
    [[ $target == *.md#* || $target == \#* ]] && [ -e "$file" ] || continue
    named=$((named + 1))
    sections "$file" | grep -qxF -- "${target#*#}" && continue
    echo "$document names the section $target, which is not there"
    missing=$((missing + 1))
  done < <(grep -oP '\]\(\K[^):]+(?=\))' "$document" || true)
  # Paths from the top. Placeholders (<name>, *, …) and ALPN's protocol names (http/1.1) are no paths.
  # shellcheck disable=SC2016  # a backquote of the document
  while read -r path; do
    expect "$document" . "$path"
  done < <(grep -oP '`\K(?!http/1\.[01]`)(auth|conf|crypto|http|server|store|test|\.ci)/[A-Za-z0-9_./@-]*(?=[ `])' "$document" | sort -u || true)
  # Suites by their names in CTest.
  while IFS=. read -r program suite; do
    named=$((named + 1))
    if ! grep -rq --include='*.cpp' "^BOOST_AUTO_TEST_SUITE($suite\\b" "test/${program/-//}"; then
      echo "$document names the suite $program.$suite, which is not there"
      missing=$((missing + 1))
    fi
  done < <(grep -oP '\b(unit-(auth|crypto|http|server|store)|integration)\.[a-z][a-z0-9_]*\b(?!\.)' "$document" | sort -u || true)
done
# The labels of a drawing and of its source, one line of a label on a line.
labels_of_source() { # DRAWING.dot
  sed -E 's,^ *//.*,,' "$1" | grep -oP '\blabel="\K[^"]*' | sed -E 's/\\[nlr]/\n/g' | trimmed
}
labels_of_drawing() { # DRAWING.svg
  grep -oP '<text [^>]*>\K[^<]*' "$1" |
    sed -e 's/&#45;/-/g' -e 's/&#39;/'\''/g' -e 's/&#160;/ /g' -e 's/&quot;/"/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g' | trimmed
}
trimmed() {
  sed -E 's/^ +//; s/ +$//; /^$/d' | LC_ALL=C sort
}
# Files in drawings, without their extensions.
for drawing in conf/drawings/*.dot; do
  while read -r path; do
    named=$((named + 1))
    compgen -G "$path.*" >/dev/null && continue
    echo "$drawing names $path, which is not there"
    missing=$((missing + 1))
  done < <(grep -oE '\b(auth|crypto|http|server|store)/[a-z0-9_/]+' "$drawing" | sort -u || true)
  named=$((named + 1))
  if ! differences=$(diff <(labels_of_source "$drawing") <(labels_of_drawing "${drawing%.dot}.svg")); then
    echo "${drawing%.dot}.svg does not show $drawing (<: only in the source, >: only in the drawing); draw it as CONTRIBUTING.md describes:"
    grep '^[<>]' <<<"$differences"
    missing=$((missing + 1))
  fi
done
[ "$named" -gt 0 ] || { echo "no document names a file" >&2; exit 1; }
[ "$missing" -eq 0 ] || exit 1
echo "$named names, all there"
