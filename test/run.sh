#!/usr/bin/env bash
# Installs what the tests need, builds, and runs the tests; ends with CTest's summary.
#   test/run.sh [release|unit|asan|asan-integration|tsan|clang] [options of ctest]     e.g. test/run.sh asan -R unit-crypto
# release: every test (the default). unit: only the unit tests, which take half the time to build. asan: every test,
# with the address and undefined-behaviour sanitizers. asan-integration: the tests that start the program, with these.
# tsan: the tests whose threads share data, with the thread sanitizer. clang: compiles everything with the second
# compiler, and runs the unit tests.
# In CI (environment variable CI) warnings are errors except with sanitizers: the presets are ci-release and ci-clang.
# Environment: TACIT_CRASH_ROUNDS, how often the crash test kills the server (50).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
case "${1:-}" in
  release | unit | asan | asan-integration | tsan | clang)
    preset=$1
    shift
    ;;
  --help | -h)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

purposes=(build run unit test python)
selection=()
targets=()
case $preset in
  unit)
    preset=release
    purposes=(build run unit)
    selection=(--label-regex unit)
    targets=(--target tacit unit-crypto unit-store unit-auth unit-http unit-server)
    ;;
  asan-integration)
    preset=asan
    selection=(--label-regex integration)
    targets=(--target tacit integration faults)
    ;;
  release)
    purposes+=(console counts)
    ;;
  clang)
    purposes=(build run unit test clang)
    selection=(--label-regex unit)
    ;;
  tsan)
    purposes=(build run unit test)
    selection=(--label-regex threads)
    targets=(--target tacit unit-crypto unit-store unit-auth unit-http unit-server integration faults)  # the targets with such tests
    ;;
esac

conf/packages.sh "${purposes[@]}"
# Tests labelled `cluster` are there only if an etcd is found when CMake configures.
if [ $preset = release ] && [ ${#targets[@]} = 0 ]; then
  conf/quickstart/etcd.sh >/dev/null || [ -z "${CI:-}" ] || exit 1
fi
echo "Fetching the npm packages of test/package-lock.json (up to some minutes the first time)"
npm ci --prefix test --prefer-offline --no-audit --no-fund --no-update-notifier --loglevel=error || {
  echo "test/run.sh: npm ci failed: its own message is above. Does this machine reach its npm registry (npm ping)?" >&2
  exit 1
}

configuration=$preset
case $preset in
  release | clang) configuration=${CI:+ci-}$preset ;;
esac
echo "Configuring build/$preset"
cmake --preset "$configuration" -DTACIT_TESTS=ON >/dev/null
echo "Building build/$preset"
cmake --build --preset "$preset" "${targets[@]}"

# A sanitizer error aborts the process, so that it cannot be mistaken for a failure that a test expects.
export ASAN_OPTIONS="abort_on_error=1:detect_leaks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1${TSAN_OPTIONS:+:$TSAN_OPTIONS}"

exec ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" "${selection[@]}" "$@"
