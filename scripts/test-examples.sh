#!/bin/sh
# Runs every compiled example against the server of OPENAI_BASE_URL and looks at what it prints. The same
# number prints the same in every language, but for ids, ticks of the clock and the words about wrong arguments.
# EXAMPLES is where they were built to. Python and Ruby run theirs in their own suites.
set -eu
cd "$(dirname "$0")/.."

examples=${EXAMPLES:-build/examples}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out
passed=0
failed=0
skipped=0

# The last line each example must print, as a pattern.
expected() {
    case $1 in
        01-create) echo '^\[resp_.* is completed, [0-9]+ tokens\]$' ;;
        02-stream) echo '^\[resp_.* is completed after [0-9]+ events\]$' ;;
        03-background) echo '^deleted +true$' ;;
        04-input-items) echo '^\[7 items on 3 pages\]$' ;;
        05-event-loop) echo '^\[completed, and the clock ticked [1-9][0-9]* times meanwhile\]$' ;;
        06-many-at-once) echo '^500 of 500 streams completed, with [0-9]+ events$' ;;
        07-tools) echo '^\[completed, get_weather was called [012] times\]$' ;;
        08-jansson) echo '^\[completed, 2 input items, [1-9][0-9]* tokens\]$' ;;
        11-replay) echo '^\[replay_file: completed after [1-9][0-9]* events\]$' ;;
        12-observe) echo '^\[2 calls, [23] attempts, [1-9][0-9]* tokens, first events after [0-9.]+ s\]$' ;;
        10-session) echo '^\[completed, turns: 2, connections: 1\]$' ;;
    esac
}

fail() {
    failed=$((failed + 1))
    echo "FAIL  $1"
    sed 's/^/      /' "$2"
}

# run SOURCE PROGRAM EXAMPLE [MODEL [FAULT]]: ends well, with the right last line, and with the words of
# EXAMPLE in C, which is run first.
run() {
    status=0
    words=$scratch/$3-${4:-}-$(echo "${5:-}" | tr -c '[:lower:]' -)
    RESPONSES_MODEL=${4:-$RESPONSES_MODEL} OPENAI_CUSTOM_HEADERS="${5:+X-Sandbox-Fault: $5}" \
        timeout 120 "$examples/$2" > "$out" 2>&1 < /dev/null || status=$?
    # COBOL's runtime is bound to libxml2, which complains on Debian 13 about its own version.
    sed -E '/^Warning: program compiled against libxml/d
        s/resp_[0-9a-z]+/ID/; s/ticked [0-9]+ times/ticked N times/
        s/^(The tool answered: )[Ee]rror: .*/\1what is wrong/' "$out" > "$scratch/printed"
    [ -e "$words" ] || cp "$scratch/printed" "$words"
    pattern=$(expected "$3")
    if [ $status != 0 ] || [ -z "$pattern" ] || ! tail -n 1 "$out" | grep -Eq "$pattern"; then
        fail "$1: status $status, expected '${pattern:-a pattern in $0}', printed:" "$out"
    elif ! diff "$words" "$scratch/printed" > "$scratch/diff"; then
        fail "$1: is not what $3 says in C:" "$scratch/diff"
    else
        passed=$((passed + 1))
        echo "ok    $1${4:+ with $4}${5:+ and $5}: $(cut -c 1-80 "$out" | tail -n 1)"
    fi
}

# refused SOURCE PROGRAM ROUTE: what the server says to requests of a route is shown, and is no success.
refused() {
    status=0
    fault="status=400; error-message=That does not go.; on=$3"
    OPENAI_CUSTOM_HEADERS="X-Sandbox-Fault: $fault" timeout 120 "$examples/$2" > "$out" 2>&1 \
        < /dev/null || status=$?
    if [ $status = 0 ] || [ $status -ge 124 ] || ! grep -q 'That does not go\.' "$out"; then
        fail "$1 where $3 is refused: status $status, printed:" "$out"
    else
        passed=$((passed + 1))
        echo "ok    $1 where $3 is refused"
    fi
}

# every LANGUAGE COMPILER FOLDER ENDING DIRECTORY SUFFIX: all of them, when there is a compiler.
every() {
    language=$1 compiler=$2 folder=$3 ending=$4 directory=$5 suffix=$6
    if ! command -v "$compiler" > /dev/null; then
        echo "skip  $language: there is no $compiler"
        skipped=$((skipped + 1))
        return
    fi
    for source in examples/c/*.c; do
        name=$(basename "$source" .c)
        # jansson is of C: the other languages have their own way to such trees.
        case $name in
            08-jansson | 11-replay | 12-observe) [ "$language" = C ] || continue ;;
        esac
        source=examples/$folder/$name.$ending
        if grep -q '^#include <responses/nlohmann.hpp>' "$source" && ! pkg-config --exists nlohmann_json; then
            echo "skip  $source: there is no nlohmann_json"
            skipped=$((skipped + 1))
            continue
        fi
        program=$directory$name$suffix
        run "$source" "$program" "$name"
        case $name in
            10-session) ;;
            *) refused "$source" "$program" create ;;
        esac
        case $name in
            03-background)
                # As other servers have it.
                run "$source" "$program" "$name" sandbox "long-ids; plain-content"
                run "$source" "$program" "$name" sandbox "long-ids; no-background"
                for route in get cancel input_items delete; do
                    refused "$source" "$program" $route
                done
                ;;
            04-input-items)
                run "$source" "$program" "$name" sandbox "long-ids"
                run "$source" "$program" "$name" sandbox "long-ids; no-last-id; plain-content"
                refused "$source" "$program" input_items
                ;;
            07-tools)
                # Several calls in one response, and one that no function can be called with.
                run "$source" "$program" "$name" sandbox-parallel-calls
                run "$source" "$program" "$name" sandbox-broken-arguments
                run "$source" "$program" "$name" sandbox-parallel-calls "long-ids"
                ;;
            10-session)
                run "$source" "$program" "$name" sandbox-parallel-calls "long-ids"
                run "$source" "$program" "$name" sandbox-broken-arguments
                for route in websocket turn; do
                    refused "$source" "$program" $route
                done
                ;;
            12-observe)
                # One of its requests is refused, and sent again.
                run "$source" "$program" "$name" sandbox "status=503; times=1; retry-after-ms=1"
                ;;
            08-jansson)
                run "$source" "$program" "$name" sandbox "long-ids; no-last-id; plain-content"
                refused "$source" "$program" input_items
                ;;
        esac
    done
}
every C cc c c "" ""
every C++ c++ cpp cpp cpp/ ""
every Fortran gfortran legacy f90 legacy/ -fortran
every COBOL cobc legacy cob legacy/ -cobol

# The event loop of number 05, in the loops that programs have already.
for source in examples/event-loops/*.c; do
    name=$(basename "$source" .c)
    case $name in
        glib) package=glib-2.0 ;;
        libevent) package=libevent_core ;;
        libuv) package=libuv ;;
        *) package="" ;;
    esac
    if [ -n "$package" ] && ! pkg-config --exists "$package"; then
        echo "skip  $source: there is no $package"
        skipped=$((skipped + 1))
    else
        run "$source" "event-loops/$name" 05-event-loop
        refused "$source" "event-loops/$name" create
    fi
done

# None was forgotten.
for source in examples/cpp/*.cpp examples/legacy/[01]*.f90 examples/legacy/[01]*.cob; do
    name=$(basename "$source")
    [ -e "examples/c/${name%.*}.c" ] || fail "$source: there is no such example in C" /dev/null
done

[ $skipped = 0 ] || echo "$skipped skipped"
echo "examples: $passed passed, $failed failed"
[ $failed = 0 ]
