#!/bin/sh
# Runs the tests of libresponses.dask, .ray and .spark on local clusters of two processes: Tests/distributed. The
# engines come from PyPI, into an environment in build/distributed for each, which is made anew when requirements.txt or
# the version of Python changes.
#   test-distributed.sh [ENGINE...]
# An engine is dask (20 MB to load; what there is without one), dataframes (Dask with pandas), ray (200 MB) or spark
# (450 MB, and a Java).
set -eu
cd "$(dirname "$0")/.."

tests=Tests/distributed
python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "the engines need Python 3.11 or newer; $("$python" --version) is too old: left out"
    exit 0
fi

# The lines of requirements.txt for an engine.
wanted() {
    case $1 in
        dataframes) grep -e 'dask$' -e 'dataframes$' "$tests/requirements.txt" ;;
        *) grep "$1\$" "$tests/requirements.txt" ;;
    esac
    grep -v '#' "$tests/requirements.txt"
}

export RESPONSES_LIBRARY="${LIB_DIR:-$PWD/build/lib}/libresponses.so.0" PYTHONPATH="$PWD/bindings/python"
[ $# != 0 ] || set -- dask
for engine; do
    case $engine in
        dask | dataframes) test=test_dask.py ;;
        ray | spark) test=test_$engine.py ;;
        *)
            echo "$engine is no engine: dask, dataframes, ray or spark" >&2
            exit 2
            ;;
    esac
    place=build/distributed/$engine
    made_of=$("$python" --version && wanted "$engine")
    if [ "$made_of" != "$(cat "$place/made-of" 2> /dev/null)" ]; then
        rm -rf "$place"
        mkdir -p "$place"
        "$python" -m venv "$place/venv"
        wanted "$engine" > "$place/requirements"
        "$place/venv/bin/python" -m pip install --quiet -r "$place/requirements"
        printf '%s\n' "$made_of" > "$place/made-of"
    fi
    echo "$engine"
    "$place/venv/bin/python" -m pytest -p no:cacheprovider -q -s --timeout 300 "$tests/$test"
done
