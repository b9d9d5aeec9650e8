#!/bin/sh
# The suites of the Python package and of the gem pass with what wheel and gem carry. The package is the
# wheel's, installed into an environment; its tests see no source tree.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
tools=$root/bindings/python/.venv

make --no-print-directory -s -C bindings/python .venv/done
"$tools/bin/python" -m venv "$SCRATCH/venv"
"$SCRATCH/venv/bin/pip" install --quiet --no-index --no-deps --disable-pip-version-check "$WHEEL"
# pytest and what the tests use come from the environment of the package's own tests.
echo "$tools"/lib/python3*/site-packages > "$(echo "$SCRATCH"/venv/lib/python3*/site-packages)/tools.pth"
tree=$SCRATCH/tree
mkdir -p "$tree/bindings/python"
cp -R bindings/python/tests bindings/python/pyproject.toml "$tree/bindings/python/"
for name in include scripts examples docs; do
    ln -s "$root/$name" "$tree/$name"
done
(
    unset RESPONSES_LIBRARY
    cd "$tree/bindings/python"
    loaded=$("$SCRATCH/venv/bin/python" -c 'from libresponses import _library as l; print(l.library.path)')
    case $loaded in
    "$SCRATCH"/*) ;;
    *) echo "   tested would be $loaded" && exit 1 ;;
    esac
    "$SCRATCH/venv/bin/python" -X dev -W error -m pytest -p no:cacheprovider
)

RESPONSES_LIBRARY=$BUNDLED/libresponses.so.0 ruby -w bindings/ruby/test/all.rb
bindings/ruby/test/gem.sh "$GEM"
