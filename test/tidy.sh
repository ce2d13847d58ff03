#!/usr/bin/env bash
# Runs Debian 12's clang-tidy 14 with the checks of .clang-tidy over the program's sources. Exit code 1 if it finds anything.
#   test/tidy.sh [--changed [BASE]]   files that differ from the commit BASE, uncommitted changes included; the default
#   test/tidy.sh --all                every source: two to three hours of one core
#   test/tidy.sh FILE…                these files
# The default of BASE is where this branch left origin's main branch; on that branch itself, the last commit older than a
# week. For a changed header its own .cpp is checked, or one that includes it. At most 40 files, newest changes first; the
# others are listed as left out.
# Environment: TACIT_TIDY_FILES, the largest number of files (40); TACIT_TIDY_JOBS, the number of parallel jobs (all cores).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folders=(auth crypto http server store)
build=build/tidy
most=${TACIT_TIDY_FILES:-40}
jobs=${TACIT_TIDY_JOBS:-$(nproc)}

fail() {
  echo "test/tidy.sh: $*" >&2
  exit 2
}

usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

default_base() {
  local main base
  for main in refs/remotes/origin/HEAD refs/remotes/origin/main; do
    base=$(git merge-base HEAD "$main" 2>/dev/null) || continue
    if [ "$base" != "$(git rev-parse HEAD)" ]; then
      echo "$base"
      return
    fi
  done
  base=$(git rev-list --max-count=1 --first-parent --before='1 week ago' HEAD)
  # In a younger history or a shallow clone, the first commit.
  echo "${base:-$(git rev-list --max-parents=0 HEAD | tail -1)}"
}

# Existing files that changed since a commit: uncommitted and untracked files first, then by the newest commit.
changed_since() { # BASE
  {
    git ls-files --modified --others --exclude-standard -- "${folders[@]}"
    git diff --name-only --cached -- "${folders[@]}"
    git log --format= --name-only "$1..HEAD" -- "${folders[@]}"
  } | awk '!seen[$0]++' | while read -r file; do
    if [ -f "$file" ]; then echo "$file"; fi
  done
}

# For a source, itself; for a header, the source of its name or another one that includes it.
source_of() { # FILE
  case $1 in
    *.cpp) echo "$1" ;;
    *.hpp)
      if [ -f "${1%.hpp}.cpp" ]; then
        echo "${1%.hpp}.cpp"
      else
        # Reads all input: a grep that is cut short would count as a failure and end the list.
        grep --recursive --files-with-matches --include='*.cpp' --fixed-strings "#include \"$1\"" "${folders[@]}" | sort | sed -n 1p || true
      fi
      ;;
  esac
}

sources_of() { # reads file names, one a line
  local file
  while read -r file; do source_of "$file"; done | awk '!seen[$0]++'
}

# Checks one file, called by xargs; shows clang-tidy's output if it finds anything.
check() { # FILE
  local output
  if output=$(clang-tidy-14 -p "$build" --quiet "$1" 2>&1); then
    echo "ok     $1"
  else
    echo "FAILED $1"
    printf '%s\n' "$output" | grep -v -E '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter|^$' >&2 || true
    return 1
  fi
}
export -f check
export build

case "${1:---changed}" in
  --help | -h)
    usage
    exit 0
    ;;
  --all)
    mapfile -t files < <(git ls-files -- "${folders[@]}" | grep '\.cpp$')
    most=${#files[@]}
    ;;
  --changed)
    base=${2:-$(default_base)}
    git rev-parse --quiet --verify "$base^{commit}" >/dev/null || fail "there is no commit $base here"
    echo "Files changed since $(git log -1 --format='%h (%s)' "$base")"
    mapfile -t files < <(changed_since "$base" | sources_of)
    ;;
  -*) fail "there is no option $1; see --help" ;;
  *)
    for file in "$@"; do [ -f "$file" ] || fail "there is no file $file"; done
    mapfile -t files < <(printf '%s\n' "$@" | sed "s|^$PWD/||" | sources_of)
    most=${#files[@]}
    ;;
esac
if [ ${#files[@]} -eq 0 ]; then
  echo "No source to check"
  exit 0
fi
if [ ${#files[@]} -gt "$most" ]; then
  echo "Left out, beyond the newest $most of ${#files[@]} (name them, or set TACIT_TIDY_FILES): ${files[*]:most}"
  files=("${files[@]:0:most}")
fi

# shellcheck source=/dev/null
if ! command -v clang-tidy-14 >/dev/null && [ "$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")" != bookworm ]; then
  fail "clang-tidy-14 is missing, and only Debian 12 has it: try test/clean-root.sh bookworm test/tidy.sh"
fi
conf/packages.sh build tidy
# Uses the compile commands of the second compiler, which clang-tidy understands; its precompiled header halves the time.
echo "Configuring $build and making the headers that the sources need: the precompiled one, and the stubs of etcd"
cmake --preset clang -B "$build" -DCMAKE_CXX_COMPILER=clang++-14 -DTACIT_TESTS=OFF >/dev/null
cmake --build "$build" --target tacit_pch --target tacit_etcd_stubs >/dev/null

echo "Checking ${#files[@]} files"
# shellcheck disable=SC2016  # expanded by the shell that xargs starts
if printf '%s\n' "${files[@]}" | xargs --max-args=1 --max-procs="$jobs" bash -c 'check "$0"'; then
  echo "clang-tidy finds nothing in ${#files[@]} files"
else
  echo "clang-tidy has findings: they are above" >&2
  exit 1
fi
