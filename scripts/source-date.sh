#!/bin/sh
# Prints the date that archives and packages carry, in seconds since 1970: SOURCE_DATE_EPOCH if it is set, that
# of the commit in a checkout, or that of the files in an unpacked source archive, which is the same.
set -eu
cd "$(dirname "$0")/.."
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
    echo "$SOURCE_DATE_EPOCH"
elif [ -e .git ]; then
    git log -1 --format=%ct
else
    stat -c %Y include/responses.h
fi
