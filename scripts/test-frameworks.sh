#!/bin/sh
# Runs the tests of the frameworks for Python that go over libresponses, as they are on PyPI, against a
# sandbox: Tests/frameworks. They have an environment of their own in build/frameworks, which is made anew
# when requirements.txt or the version of Python changes.
#   test-frameworks.sh [ARGUMENT OF PYTEST...]
set -eu
cd "$(dirname "$0")/.."

tests=Tests/frameworks
place=build/frameworks
python=${PYTHON:-python3}
# httpx2, and so openai since 3.0, needs it.
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "the frameworks need Python 3.11 or newer; $("$python" --version) is too old: left out"
    exit 0
fi

wanted=$("$python" --version && cat "$tests/requirements.txt")
if [ "$wanted" != "$(cat "$place/made-of" 2> /dev/null)" ]; then
    rm -rf "$place"
    mkdir -p "$place"
    "$python" -m venv "$place/venv"
    # Those without their pins last: pip would refuse them, or take older versions of the others.
    grep -v -e 'without its pins$' -e 'beside$' "$tests/requirements.txt" > "$place/most"
    grep 'without its pins$' "$tests/requirements.txt" > "$place/rest"
    grep 'beside$' "$tests/requirements.txt" > "$place/beside"
    "$place/venv/bin/python" -m pip install --quiet -r "$place/most"
    "$place/venv/bin/python" -m pip install --quiet --no-deps -r "$place/rest"
    "$place/venv/bin/python" -m pip install --quiet --no-deps --target "$place/older" \
        -r "$place/beside"
    printf '%s\n' "$wanted" > "$place/made-of"
fi

export RESPONSES_LIBRARY="${LIB_DIR:-$PWD/build/lib}/libresponses.so.0"
export PYTHONPATH="$PWD/bindings/python" OPENAI_API_KEY=any
export SANDBOX_OPTIONS="--background-speed 500 --queue-ms 10"
# The warnings of the frameworks are not ours.
run() {
    scripts/with-sandbox.sh "$place/venv/bin/python" -W ignore -m pytest -p no:cacheprovider -q \
        --timeout 120 "$@"
}
run "$@" "$tests"
[ $# = 0 ] || exit 0
echo "openai 2, over httpx"
PYTHONPATH="$PWD/$place/older:$PYTHONPATH" run "$tests/test_openai.py"
