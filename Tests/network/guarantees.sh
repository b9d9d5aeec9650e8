#!/bin/sh
# Every test that docs/guarantees.md names exists, and runs.
set -eu
cd "$(dirname "$0")"
missing=0
file=""
# shellcheck disable=SC2016 # the backquotes are those of the page
# One name between backquotes to a line; a file is followed by its tests.
for name in $(grep -o '`[a-z0-9_]*\(\.c\)\{0,1\}`' ../../docs/guarantees.md | tr -d '`'); do
    case $name in
        test_*.c)
            for file in "$name" "../abi/$name" ../library/*/"$name"; do
                [ ! -e "$file" ] || break
            done
            ;;
        test_*) ;;
        *_*_* | before_* | wherever_* | from_* | a_refusal)
            grep -q "($name)\|($name, " "$file" 2> /dev/null && continue
            case $name in *_ms | max_* | resume_attempts | responses_*) continue ;; esac
            echo "guarantees.md names $name in $file, which is not there"
            missing=$((missing + 1))
            ;;
    esac
done
[ "$missing" = 0 ]
