# shellcheck shell=sh
# For the scripts that install: every file and folder that they make is recorded in DOCDIR/installed.txt,
# so that `make uninstall` takes out those and no others, also after the version has changed.
# To be sourced, with DOCDIR, and DESTDIR if there is one.

to=${DESTDIR:-}
record=$to$DOCDIR/installed.txt
new=$(mktemp)
trap 'rm -f "$new" "$new".*' EXIT

# folder PATH: makes it, and records what of the way there was not there before. A folder is recorded with
# a slash behind it. (The empty name is DESTDIR itself.)
folder() {
    if [ ! -d "$to$1/" ]; then
        [ -z "$1" ] || folder "${1%/*}"
        install -d -m 755 "$to$1/"
        echo "$1/" >> "$new"
    fi
}

# put MODE FOLDER FILE...: copies files into a folder.
put() {
    mode=$1
    into=$2
    shift 2
    folder "$into"
    for file; do
        install -m "$mode" "$file" "$to$into/"
        echo "$into/${file##*/}" >> "$new"
    done
}

# write PATH: makes a file of what is read.
write() {
    folder "${1%/*}"
    rm -f "$to$1"
    cat > "$to$1"
    chmod 644 "$to$1"
    echo "$1" >> "$new"
}

# lead TARGET PATH: makes a symbolic link.
lead() {
    folder "${2%/*}"
    ln -sfn "$1" "$to$2"
    echo "$2" >> "$new"
}

# To be called last: what was installed before is still there, and stays on record.
keep_record() {
    folder "$DOCDIR"
    echo "$DOCDIR/installed.txt" >> "$new"
    [ ! -e "$record" ] || cat "$record" >> "$new"
    LC_ALL=C sort -u "$new" > "$record"
    chmod 644 "$record"
}

# Files first, then folders from the innermost out, as far as nothing else is in them.
take_out() {
    [ -e "$record" ] || {
        echo "Nothing to take out: $record is not there." >&2
        return 0
    }
    LC_ALL=C sort -r "$record" > "$new"
    grep -v '/$' "$new" | while IFS= read -r path; do rm -f "$to$path"; done
    grep '/$' "$new" | while IFS= read -r path; do
        rmdir "$to$path" 2> /dev/null || true
    done
}
