#!/bin/sh
# Uses what was built on another system: test-elsewhere.sh runs this in the root of one where no toolchain
# runs. A sandbox answers at OPENAI_BASE_URL.
#   elsewhere.sh c DIRECTORY       every example in C, compiled here and linked to the library
#   elsewhere.sh python DIRECTORY  the wheel, in an environment of its own
# DIRECTORY has libresponses.so.0, include/, c/ and the wheel.
set -eu
part=$1
cd "$2"

packages() {
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

case $part in
    c)
        packages gcc libc6-dev libcurl4 libjansson4
        ln -sf libresponses.so.0 libresponses.so
        for source in c/0[1-6]-*.c; do
            program=./$(basename "$source" .c)
            cc -std=c89 -pedantic -Wall -Wextra -Werror -Iinclude "$source" -L. -lresponses \
                -Wl,-rpath,"$PWD" -o "$program"
            timeout 60 "$program" > "$program.out"
            tail -n 1 "$program.out"
        done
        ;;
    python)
        packages python3-venv libcurl4 libjansson4
        python3 -m venv environment
        environment/bin/pip install --quiet --no-index --no-deps ./libresponses-*.whl
        timeout 60 environment/bin/python -I -c '
from libresponses import OpenAI, _library
assert "site-packages" in _library.library.path, _library.library.path
with OpenAI() as client:
    text = client.responses.create(model="sandbox", input="from a wheel").output_text
    assert text == "You said: from a wheel", text
    events = list(client.responses.create(model="sandbox", input="Count.", stream=True))
    assert events[-1].type == "response.completed", events[-1]
print(text, len(events), "events")'
        ;;
esac
