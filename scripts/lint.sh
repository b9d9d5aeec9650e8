#!/bin/sh
# Looks after the form of every source file: Swift, C, Python and shell.
#   lint.sh check    says what is wrong
#   lint.sh format   puts right what a formatter can
set -eu
cd "$(dirname "$0")/.."

# All files of the project by pattern, new ones too. Without git, as in a release archive, all but
# what was built.
files() {
    {
        git ls-files --cached --others --exclude-standard 2> /dev/null ||
            find . \( -path ./build -o -name '.build*' -o -name .venv -o -name .git \) -prune \
                -o -type f -print
    } | while read -r file; do
        for pattern; do
            # shellcheck disable=SC2254 # a pattern is what is asked for
            case $file in
                $pattern) [ ! -f "$file" ] || echo "$file" ;;
            esac
        done
    done
}

# Of the versions in requirements-dev.txt, as others have other opinions. By way of Python, or of the program
# itself: the scripts in .venv/bin know where it was made, and the checkout may have moved since.
python=.venv/bin/python
clang_format=$(echo .venv/lib/python3*/site-packages/clang_format/data/bin/clang-format)
shellcheck=.venv/bin/shellcheck

if [ "$1" = format ]; then
    files '*.swift' | xargs -r swift format --in-place --parallel
    files '*.c' '*.h' '*.cpp' '*.hpp' | xargs -r "$clang_format" -i
    "$python" -m ruff check --quiet --fix .
    "$python" -m ruff format --quiet .
    exit
fi

failed=0

echo "swift format"
files '*.swift' | xargs -r swift format lint --strict --parallel || failed=1

echo "clang-format"
files '*.c' '*.h' '*.cpp' '*.hpp' | xargs -r "$clang_format" --dry-run -Werror || failed=1

# By the first line, as not every script has an ending.
echo "shellcheck"
files '*' | xargs awk 'FNR == 1 && /^#!.*sh$/ { print FILENAME } { nextfile }' |
    xargs -r "$shellcheck" || failed=1

echo "ruff"
"$python" -m ruff check --quiet . || failed=1
"$python" -m ruff format --quiet --check . || failed=1

echo "twins"
"$python" bindings/python/tools/twins.py check || failed=1

# One directory at a time, as two may each have a conftest.py.
# The Python binding and its examples are looked after by bindings/python/Makefile. What the tests of
# frameworks and of engines import is in environments of their own, and takes minutes to check.
for directory in $(files '*.py' | grep -v '^\(bindings/python\|examples/python\|Tests/frameworks\|Tests/distributed\)/' |
    xargs -r -n 1 dirname | sort -u); do
    echo "mypy $directory"
    "$python" -m mypy --strict --no-error-summary "$directory"/*.py || failed=1
done

exit $failed
