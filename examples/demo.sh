#!/bin/sh
# Shows the library at work: an answer that arrives while it is written, then background responses
# that are waited for, cancelled, looked at and deleted. `make demo` builds what it needs.
#
# It talks to the sandbox, which it starts and stops itself; with OPENAI_API_KEY and OPENAI_BASE_URL
# set it talks to that server instead, and to the model of RESPONSES_MODEL.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
examples=${EXAMPLES:-$here/../build/examples}

if [ -z "${OPENAI_API_KEY:-}" ] || [ -z "${OPENAI_BASE_URL:-}" ]; then
    # So many events a second that one can watch them, and a model that has more to say.
    DEMO_STORY_MODEL=sandbox-long SANDBOX_OPTIONS="--speed 40 --background-speed 15" \
        exec "$here/../scripts/with-sandbox.sh" "$0"
fi

title() {
    printf '\n\033[1m%s\033[0m (examples/c/%s.c)\n\n' "$2" "$1"
}

echo "The server is $OPENAI_BASE_URL"

title 02-stream "An answer, streamed"
RESPONSES_MODEL=${DEMO_STORY_MODEL:-${RESPONSES_MODEL:-gpt-5}} "$examples/02-stream"

title 03-background "Two responses in the background, one of them cancelled"
"$examples/03-background"

printf '\nThat was libresponses. Its interface is include/responses.h; examples/c has more.\n'
