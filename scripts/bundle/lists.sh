# shellcheck shell=sh
# Lists of source packages, for apt-get and apt-cache in the scripts that source this from the project's own
# directory. A machine with no lists of sources needs none: they are read beside the system's own.

apt=$PWD/build/bundle/apt
mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/archives/partial"
rm -f "$apt"/parts/*

# The system's own lists, as lists of sources: both forms of them.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $list in
    *.list) sed -n 's/^deb\(-src\)\{0,1\} /deb-src /p' "$list" | sort -u ;;
    *.sources) sed 's/^Types:.*/Types: deb-src/' "$list" ;;
    *) continue ;;
    esac > "$apt/parts/${list##*/}"
done 2> /dev/null
cat > "$apt/apt.conf" << END
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt";
APT::Sandbox::User "$(id -un)";
END
export APT_CONFIG="$apt/apt.conf"

# update: asks the mirrors for what is new; fails where one of them does not answer.
update() {
    apt-get update -qq -o APT::Update::Error-Mode=any
}

# versions NAME: those that are listed of a source package, the newest first
versions() {
    apt-cache showsrc --only-source "$1" | sed -n 's/^Version: //p' | sort -u | sort -rV
}
