#!/bin/sh
# A word from each binding, from its sources: a response and a stream from the server of OPENAI_BASE_URL.
# The suites of the bindings say more: make test-cpp test-python test-ruby.
set -eu
cd "$(dirname "$0")/.."
export RESPONSES_LIBRARY="${LIB_DIR:-$PWD/build/lib}/libresponses.so.0"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

# heard NAME PATTERN COMMAND...: ends well, and the last line is like that.
heard() {
    name=$1 pattern=$2
    shift 2
    if timeout 60 "$@" > "$scratch/out" 2>&1 < /dev/null && tail -n 1 "$scratch/out" | grep -Eq "$pattern"; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name, expected '$pattern', printed:"
        sed 's/^/      /' "$scratch/out"
    fi
}

created='^\[resp_.* is completed, [0-9]+ tokens\]$'
streamed='^\[resp_.* is completed after [0-9]+ events\]$'
for example in 01-create 02-stream; do
    pattern=$created
    [ $example = 01-create ] || pattern=$streamed
    PYTHONPATH=bindings/python heard "Python $example" "$pattern" python3 "examples/python/$example.py"
    if command -v ruby > /dev/null; then
        heard "Ruby $example" "$pattern" ruby -I bindings/ruby/lib "examples/ruby/$example.rb"
    else
        echo "skip  Ruby $example: there is no ruby"
    fi
    c++ -std=c++17 -I"${INCLUDE_DIR:-build/include}" "examples/cpp/$example.cpp" -o "$scratch/$example" \
        -L"${LIB_DIR:-build/lib}" -Wl,-rpath,"${LIB_DIR:-$PWD/build/lib}" -lresponses
    heard "C++ $example" "$pattern" "$scratch/$example"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
