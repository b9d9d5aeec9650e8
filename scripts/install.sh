#!/bin/sh
# Installs what `make lib` built, or takes everything out again that was installed.
#   install.sh install     the library, its headers, the program `responses` and the documentation
#   install.sh extras      the sandbox server and the examples, after that
#   install.sh uninstall
# PREFIX, BINDIR, LIBDIR, INCLUDEDIR, MANDIR, DOCDIR, BASHCOMPDIR, ZSHCOMPDIR and FISHCOMPDIR say where to;
# DESTDIR is put before all of them.
set -eu
cd "$(dirname "$0")/.."

version=$(scripts/version.sh)
soname=libresponses.so.${version%%.*}
# shellcheck disable=SC1091 # it is looked at by itself
. scripts/installed.sh
lines=${new:?}.lines

needs() {
    [ -e "$1" ] || {
        echo "$1 is not there: run '$2' first." >&2
        exit 1
    }
}

# The documentation lies as it does in the sources, so that links from page to page hold. Those to headers
# lead to where these are, and of the others those stay that lead to something that is installed.
documents() {
    from=$(LC_ALL=C find README.md CHANGELOG.md LICENSE docs examples -type f \
        ! -path 'examples/sandbox/*' | sort)
    for page in $from; do
        case $page in
            examples/README.md) [ -e "$to$DOCDIR/$page" ] || continue ;;
            *.md | LICENSE) ;;
            *) continue ;;
        esac
        below=$DOCDIR/$page
        {
            # What there is: pages, folders, and examples where they were asked for.
            for there in $from; do
                case $there in
                    examples/*) [ -e "$to$DOCDIR/$there" ] || continue ;;
                esac
                echo "$there"
            done
            echo END
            cat "$page"
        } > "$lines"
        awk -v page="$page" -v include="$(realpath -ms --relative-to="${below%/*}" "$INCLUDEDIR")" \
            -f scripts/installed-links.awk "$lines" > "$lines.page"
        write "$below" < "$lines.page"
    done
}

case $1 in
    install)
        needs "build/lib/libresponses.so.$version" make
        put 644 "$LIBDIR" "build/lib/libresponses.so.$version"
        lead "libresponses.so.$version" "$LIBDIR/$soname"
        lead "$soname" "$LIBDIR/libresponses.so"
        put 644 "$INCLUDEDIR" include/responses.h include/responses_jansson.h
        for package in responses responses-jansson; do
            scripts/pc.sh "$package" "$PREFIX" "$LIBDIR" "$INCLUDEDIR" |
                write "$LIBDIR/pkgconfig/$package.pc"
        done
        needs build/bin/responses make
        put 755 "$BINDIR" build/bin/responses
        put 644 "$MANDIR/man1" command/responses.1
        write "$BASHCOMPDIR/responses" < command/completion/responses.bash
        put 644 "$ZSHCOMPDIR" command/completion/_responses
        put 644 "$FISHCOMPDIR" command/completion/responses.fish
        documents
        keep_record
        ;;
    extras)
        needs build/bin/responses-sandbox "make sandbox"
        put 755 "$BINDIR" build/bin/responses-sandbox
        put 644 "$MANDIR/man1" packaging/responses-sandbox.1
        LC_ALL=C find examples -type f ! -path 'examples/sandbox/*' ! -path '*/.*' \
            ! -path '*/__pycache__/*' ! -name demo.sh | sort > "$lines"
        while IFS= read -r file; do
            put 644 "$DOCDIR/${file%/*}" "$file"
        done < "$lines"
        documents
        keep_record
        ;;
    uninstall)
        take_out
        exit
        ;;
esac

# The loader knows a new library in a system directory only after this; packages do it themselves.
if [ -z "$to" ] && [ "$(id -u)" = 0 ] && command -v ldconfig > /dev/null; then
    ldconfig
fi
