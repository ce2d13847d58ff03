# Runs commands of the operator's guide unchanged. Sourced.
# shellcheck shell=bash disable=SC2154

# guide FROM TO: prints the code from a line that matches FROM to before the next one that matches TO.
guide() {
  awk -v from="$1" -v to="$2" '
    inside && $0 ~ to { exit }
    $0 ~ from { inside = 1 }
    inside && /^    / { print substr($0, 5) }' "$repository/conf/OPERATING.md"
}

# follow_guide WHAT HOST_COMMAND FROM TO [SED]: runs these commands in a host, each of which has to succeed. As the guide says, they
# may call its restart_all.
follow_guide() {
  local what=$1 in=$2 commands restart_all
  commands=$(guide "$3" "$4" | sed "${5:-}")
  [ -n "$commands" ] || fail "$what: the guide has no such commands"
  restart_all=$(guide '^    restart_all[(][)]' '^$')
  check "$what" "$in" bash -euo pipefail -c "$restart_all
$commands"
}
