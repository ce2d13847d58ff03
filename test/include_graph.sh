#!/usr/bin/env bash
# Compares the includes between the folders of the sources with test/include_graph.txt. Exit code 1 if an include is not declared there,
# if a declared one is not used, if the declared graph has a cycle, if test/unit has a folder that the sources do not have, if the
# name of a test case has a word that hides its subject, or if the section "Included by" of a folder's README.md differs from the
# graph.
#   test/include_graph.sh [--print|--readmes] [ROOT]   --print: shows the graph as it is, in the form of the file;
#     --readmes: writes the sections "Included by"; ROOT: another tree
# It also checks that each folder has a short README.md and unit tests, and how the files of unit tests are named.
set -euo pipefail
mode=
case "${1:-}" in
  --print | --readmes)
    mode=$1
    shift
    ;;
esac
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"
declaration=test/include_graph.txt
tops=(auth crypto http server store)

# FOLDER INCLUDED FILE:LINE for every include between two folders.
edges=$(grep -rn --include='*.hpp' --include='*.cpp' '^#include "' "${tops[@]}" | awk '{
  split($0, quoted, "\"")
  split($0, place, ":")
  from = place[1]; sub("/[^/]*$", "", from)
  to = quoted[2]; sub("/[^/]*$", "", to)
  if (from != to) print from, to, place[1] ":" place[2]
}')
folders=$(find "${tops[@]}" \( -name '*.hpp' -o -name '*.cpp' \) -printf '%h\n' | sort -u)
documented=$(find "${tops[@]}" -type d | sort)    # also those that only hold folders

if [ "$mode" = --print ]; then
  { echo "$folders"; echo "$edges" | cut -d' ' -f1,2; } | sort -u | awk '
    NF == 1 { order[++count] = $1 }
    NF == 2 { allowed[$1] = allowed[$1] " " $2 }
    END { for (i = 1; i <= count; ++i) print order[i] ":" allowed[order[i]] }'
  exit
fi

# A folder's README.md with the section that belongs to the graph: it lists the folders that include this one, in the order of the
# declaration; for a folder without sources, the folders that include one below it.
readme_of() { # FOLDER
  local below=
  if ! grep -qxF -- "$1" <<<"$folders"; then below=$1/; fi
  awk -v folder="$1" -v below="$below" '
    FNR == NR {
      sub("#.*", "")
      name = $1; sub(":$", "", name)
      if (below != "" && index(name, below) == 1) next
      for (i = 2; i <= NF; ++i) if ($i == folder || below != "" && index($i, below) == 1) {
        names[++count] = name
        break
      }
      next
    }
    /^## / && skipping { skipping = 0; print "" }
    !skipping { print }
    /^## Included by$/ {
      skipping = 1
      line = count ? "" : "No folder."
      for (i = 1; i <= count; ++i) {
        word = "`" names[i] "`" (i < count ? "," : ".")
        if (length(line) + length(word) < 120) line = line (line == "" ? "" : " ") word; else { wrapped = wrapped line "\n"; line = word }
      }
      print "\n" wrapped line "\n`test/include_graph.sh --readmes` writes this list from the graph that `test/include_graph.txt` declares."
    }
  ' "$declaration" "$1/README.md"
}

if [ "$mode" = --readmes ]; then
  for folder in $documented; do
    readme=$(readme_of "$folder")
    printf '%s\n' "$readme" >"$folder/README.md"
  done
  exit
fi

problems=$(
  { echo "$folders"; echo "$edges"; } | awk -v declaration="$declaration" '
    FNR == NR && FILENAME == declaration {
      sub("#.*", "")
      if (!NF) next
      folder = $1
      if (folder !~ ":$") { print declaration ":" FNR ": a line is FOLDER: FOLDERS…"; next }
      sub(":$", "", folder)
      if (folder in declared) print declaration ":" FNR ": " folder " is declared twice"
      declared[folder] = FNR
      for (i = 2; i <= NF; ++i) allowed[folder, $i] = FNR
      next
    }
    NF == 1 {
      there[$1] = 1
      if (!($1 in declared)) print "the folder " $1 " is not in " declaration
    }
    NF == 3 {
      if (!(($1, $2) in allowed)) print $3 ": " $1 " may not include " $2 " (" declaration ")"
      used[$1, $2] = 1
    }
    END {
      for (folder in declared) if (!(folder in there)) print declaration ":" declared[folder] ": there is no folder " folder
      for (edge in allowed) if (!(edge in used)) {
        split(edge, ends, SUBSEP)
        print declaration ":" allowed[edge] ": " ends[1] " does not include " ends[2] " any more: remove it here"
      }
    }' "$declaration" -
  # tsort prints the folders of a cycle, one a line.
  if ! cycle=$(sed 's/#.*//' "$declaration" | awk 'NF { folder = $1; sub(":$", "", folder); print folder, folder
                 for (i = 2; i <= NF; ++i) print folder, $i }' | tsort 2>&1 >/dev/null); then
    echo "$declaration has a cycle: $(sed -n 's/^tsort: \([a-z_]*\/\{0,1\}[a-z_\/]*\)$/\1/p' <<<"$cycle" | sort -u | paste -sd ' ')"
  fi
  for folder in $documented; do
    if ! [ -e "$folder/README.md" ]; then
      echo "$folder/README.md: is missing"
      continue
    fi
    readme_of "$folder" | cmp -s - "$folder/README.md" ||
      echo "$folder/README.md: \"Included by\" is not what $declaration declares; run test/include_graph.sh --readmes"
    lines=$(wc -l <"$folder/README.md")
    [ "$lines" -le 40 ] || echo "$folder/README.md: has $lines lines, more than 40"
    LC_ALL=C.UTF-8 grep -nE '^[^|].{120}' "$folder/README.md" | sed -E "s,^([0-9]+):.*,$folder/README.md:\1: is longer than 120 characters,"
  done
  # Files of unit tests are tests and what several of them share.
  find test/unit \( -name '*.cpp' -o -name '*.hpp' \) ! -name '*_test.cpp' ! -name '*_fixture.[ch]pp' ! -name main.cpp \
    ! -name precompiled.hpp -printf '%p: a test is NAME_test.cpp, what tests share NAME_fixture.hpp or NAME_fixture.cpp\n'
  for folder in $folders; do
    case $folder in
      server/control) continue ;;  # needs a running server: test/integration/reload/control_socket.cpp
    esac
    compgen -G "test/unit/$folder/*_test.cpp" >/dev/null || echo "$folder: has no test in test/unit/$folder"
  done
  # The tests of a folder are in the folder of the same name.
  find test/unit -name '*.cpp' -printf '%h\n' | sort -u | while read -r folder; do
    [ "$folder" = test/unit/store/contract ] && continue  # the store's rules, on every engine
    [ "$folder" = test/unit ] || [ -d "${folder#test/unit/}" ] || echo "$folder: there is no folder ${folder#test/unit/}"
  done
  # The name of a test case is a statement with a subject: "a_caller_waits", not "who_asks_waits".
  find test/unit test/integration -name '*.cpp' -exec grep -noHP 'BOOST_\w*TEST_CASE\(\s*\K\w*' {} + | while IFS=: read -r file line name; do
    [[ $name =~ (^|_)(who|whoever|anew|nobody|somebody|told)(_|$) ]] || continue
    echo "$file:$line: the test case $name: say which subject does what, without \"${BASH_REMATCH[2]}\""
  done
)
if [ -n "$problems" ]; then
  sort <<<"$problems"
  exit 1
fi
echo "$(wc -l <<<"$edges") includes between $(wc -l <<<"$folders") folders, as declared and without a cycle"
