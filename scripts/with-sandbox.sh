#!/bin/sh
# Runs a command against a sandbox server of its own, on a free port of the loopback interface, and
# stops the server afterwards, whatever happens.
#   with-sandbox.sh COMMAND [ARGUMENT...]
# SANDBOX_OPTIONS are options for the server.
set -eu

sandbox=${SANDBOX:-$(dirname "$0")/../build/bin/responses-sandbox}
scratch=$(mktemp -d)
server=""
stop() {
    [ -z "$server" ] || kill "$server" 2> /dev/null || true
    [ -z "$server" ] || wait "$server" 2> /dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

: > "$scratch/out"
# shellcheck disable=SC2086 # a list of options
"$sandbox" --port 0 ${SANDBOX_OPTIONS:-} > "$scratch/out" 2> "$scratch/err" < /dev/null &
server=$!

# Its first line is the base URL. Ten seconds are plenty, also on a busy machine.
tries=100
until [ "$(wc -l < "$scratch/out")" -gt 0 ]; do
    tries=$((tries - 1))
    if [ $tries = 0 ] || ! kill -0 "$server" 2> /dev/null; then
        echo "The sandbox did not start:" >&2
        cat "$scratch/err" >&2
        exit 1
    fi
    sleep 0.1
done

OPENAI_BASE_URL=$(head -n 1 "$scratch/out")
OPENAI_API_KEY=sandbox
RESPONSES_MODEL=${RESPONSES_MODEL:-sandbox}
export OPENAI_BASE_URL OPENAI_API_KEY RESPONSES_MODEL
# Nothing of the user's own set-up is meant for it.
unset OPENAI_ORG_ID OPENAI_PROJECT_ID OPENAI_CUSTOM_HEADERS http_proxy all_proxy ALL_PROXY

"$@"
