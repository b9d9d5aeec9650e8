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
    # As many events a second as a model sends.
    DEMO_STREAM_MODEL=sandbox-about SANDBOX_OPTIONS="--speed 25 --background-speed 15" \
        exec "$here/../scripts/with-sandbox.sh" "$0"
fi

bold="" plain=""
[ ! -t 1 ] || bold=$(printf '\033[1m') plain=$(printf '\033[0m')
title() {
    printf '\n%s%s%s (examples/c/%s.c)\n\n' "$bold" "$2" "$plain" "$1"
}

echo
if [ -n "${DEMO_STREAM_MODEL:-}" ]; then
    echo "The server is the sandbox at $OPENAI_BASE_URL. Its model is a stand-in that"
    echo "follows rules: no key is needed, and nothing leaves this machine."
else
    echo "The server is $OPENAI_BASE_URL"
fi

title 02-stream "An answer, streamed"
RESPONSES_MODEL=${DEMO_STREAM_MODEL:-${RESPONSES_MODEL:-gpt-5}} "$examples/02-stream"

title 03-background "Two responses in the background, one of them cancelled"
"$examples/03-background"

cat << END

What to do next:
  OPENAI_API_KEY=... build/examples/02-stream   the same with a real model (OPENAI_BASE_URL: another server)
  examples/c/02-stream.c                        its source, to copy
  include/responses.h                           the whole interface and its rules
  build/bin/responses-sandbox --port 8080       the local server, for programs of your own
  make install PREFIX=\$HOME/.local             the library where your programs find it
  README.md                                     Python, Ruby, C++ and the rest
END
