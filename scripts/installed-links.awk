# A page of documentation as it is installed: links to what is not installed become plain words, links to
# headers lead to where these are.
#   awk -v page=docs/c.md -v include=../../../include -f installed-links.awk
# reads the paths that are there, relative to the root of the sources, a line END and the page.

# The folder of a path, and the path with `.` and `..` worked out.
function parent(path) { return path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "" }

function plain(path,    parts, count, i, depth, kept, result) {
    count = split(path, parts, "/")
    depth = 0
    for (i = 1; i <= count; i++)
        if (parts[i] == "..") { if (depth > 0) depth-- }
        else if (parts[i] != "" && parts[i] != ".") kept[++depth] = parts[i]
    result = ""
    for (i = 1; i <= depth; i++) result = result (i > 1 ? "/" : "") kept[i]
    return result
}

# Where the text of a link begins whose `]` is at `end`: brackets may be inside it.
function opening(text, end,    i, depth, letter) {
    depth = 0
    for (i = end; i > 0; i--) {
        letter = substr(text, i, 1)
        if (letter == "]") depth++
        else if (letter == "[" && --depth == 0) return i
    }
    return 0
}

# Text without code: links in it are put right. A link may go over the end of a line.
function linked(text,    done, start, target, path, anchor, from) {
    done = ""
    while (match(text, /\]\([^() \t\n]+\)/)) {
        start = RSTART
        target = substr(text, start + 2, RLENGTH - 3)
        anchor = match(target, /#/) ? substr(target, RSTART) : ""
        path = substr(target, 1, length(target) - length(anchor))
        from = opening(text, start)
        if (from == 0 || path == "" || path ~ /^[a-z]+:/) {
            done = done substr(text, 1, start + 1)
            text = substr(text, start + 2)
            continue
        }
        path = plain(parent(page) "/" path)
        if (path ~ /^include\/.*\.h$|^bindings\/c\/responses_[a-z]*\.h$|^bindings\/cpp\/.*\.hpp$/) {
            sub(/^include\/|^bindings\/c\/|^bindings\/cpp\//, "", path)
            done = done substr(text, 1, start + 1) include "/" path anchor ")"
        } else if (path in there)
            done = done substr(text, 1, start + 1) target ")"
        else
            done = done substr(text, 1, from - 1) substr(text, from + 1, start - from - 1)
        text = substr(text, start + length(target) + 3)
    }
    return done text
}

BEGIN { there[""] = 1 }
!reading && $0 == "END" { reading = 1; next }
!reading {
    for (path = $0; path != ""; path = parent(path)) there[path] = 1
    next
}
/^ *```/ { code = !code; if (code) { printf "%s", linked(waiting); waiting = "" } else { print; next } }
code || /^    / { printf "%s", linked(waiting); waiting = ""; print; next }
{ waiting = waiting $0 "\n" }
END { printf "%s", linked(waiting) }
