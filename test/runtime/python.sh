#!/usr/bin/env bash
# Tests conf/runtime/python: installs it with pip, starts a server, and runs its tests and a type checker. Fails if Python, its
# venv or packages of the index are missing.
#   test/runtime/python.sh [options of unittest]      e.g. test/runtime/python.sh -k retries
# Environment: TACIT_BINARY, the server (build/release/bin/tacit); TACIT_PYTHON, the interpreter (python3).
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
package=$repository/conf/runtime/python
tacit=${TACIT_BINARY:-$repository/build/release/bin/tacit}
python=${TACIT_PYTHON:-python3}
# The server would read the environment as settings.
unset "${!TACIT_@}"

# shellcheck source=conf/quickstart/state.sh
source "$repository/conf/quickstart/state.sh"
# shellcheck source=conf/quickstart/server.sh
source "$repository/conf/quickstart/server.sh"

fail() {
  echo "test/runtime/python.sh: $*" >&2
  exit 1
}

# In the build folder, so that a later run has the packages. One for each version of Python.
make_venv() {
  command -v "$python" >/dev/null || fail "there is no $python: conf/packages.sh python"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "$("$python" --version) is too old: 3.10 is needed"
  venv=$repository/build/runtime-python/$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if [ ! -x "$venv/bin/pip" ]; then
    rm -rf "$venv"
    mkdir -p "$(dirname "$venv")"
    "$python" -m venv "$venv" || fail "$python -m venv failed (see above): is python3-venv installed (conf/packages.sh python)?"
  fi
}

install() {
  echo "Installing the package with its extras (the first time it fetches them, up to some minutes)"
  # Without a copy of the sources that is older than they are.
  "$venv/bin/pip" uninstall --quiet --yes tacit-runtime 2>/dev/null || true
  "$venv/bin/pip" install --quiet --disable-pip-version-check --constraint "$package/tests/constraints.txt" \
    "$package[agno,langchain,mcp]" mypy ||
    fail "pip could not install the packages (see above): does this machine reach its index of Python packages (pip download mypy)?"
}

check_version() {
  local ours theirs
  ours=$("$venv/bin/python" -c 'import tacit_runtime; print(tacit_runtime.__version__)')
  theirs=$(sed -n 's/^project(tacit VERSION \([0-9.]*\).*/\1/p' "$repository/CMakeLists.txt")
  [ "$ours" = "$theirs" ] || fail "src/tacit_runtime/version.py says $ours, and CMakeLists.txt $theirs"
  grep -qx "version = \"$ours\"" "$package/pyproject.toml" || fail "pyproject.toml does not say version $ours"
}

check_types() {
  echo "Checking the types"
  (cd "$package" && "$venv/bin/mypy" --cache-dir "$state/mypy") || fail "mypy found faults"
}

# Instead of the quickstart's: more tools.
make_tool_identities() {
  write_file tool-identities 644 <<'IDENTITIES'
uri:spiffe://demo/runtime        agno__linear__* agno__notes__* agno__zoom__*
uri:spiffe://demo/other-runtime  agno__github__*
IDENTITIES
}

serve() {
  [ -x "$tacit" ] || fail "there is no $tacit: cmake --build --preset release --target tacit"
  api_port=0 tool_port=0 quiet=yes
  make_state "$folder/state"
  echo "public-url = https://tacit.example.org" >>"$configuration"
  start_server
}

run_tests() {
  export TACIT_TEST_STATE=$state TACIT_TEST_API=https://127.0.0.1:$api_port TACIT_TEST_TOOLS=https://127.0.0.1:$tool_port
  export TACIT_TEST_USER=$user PYTHONDONTWRITEBYTECODE=1
  "$venv/bin/python" -m unittest discover --start-directory "$package/tests" --buffer "$@" ||
    fail "tests failed; the server's last lines: $(tail -n 3 "$state/server.log")"
}

folder=$(mktemp -d)
trap 'stop_server || true; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
make_venv
install
check_version
serve
check_types
run_tests "$@"
stop_server || fail "the server ended with $?"
echo "test/runtime/python.sh: all passed"
