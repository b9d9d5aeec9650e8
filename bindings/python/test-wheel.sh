#!/bin/sh
# Installs the wheel into an empty environment, and runs a program with it, away from the checkout.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$VENV/bin/python" -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --no-index --no-deps "$DIST"/libresponses-*-py3-none-*.whl
# Isolated: the folder of the sources has metadata of its own, without them.
"$scratch/venv/bin/python" -I -c 'from importlib.metadata import files
assert any(str(file).endswith("licenses/LICENSE") for file in files("libresponses"))'
cat > "$scratch/program.py" <<'PROGRAM'
import libresponses
from libresponses import OpenAI, _library

assert "site-packages" in _library.library.path, _library.library.path
print(OpenAI().responses.create(model="sandbox", input="from a wheel").output_text)
PROGRAM
unset RESPONSES_LIBRARY PYTHONPATH
cd "$scratch"
answer=$("$root/scripts/with-sandbox.sh" "$scratch/venv/bin/python" program.py)
[ "$answer" = "You said: from a wheel" ] || { echo "it answered: $answer" >&2; exit 1; }
echo "the wheel works"
