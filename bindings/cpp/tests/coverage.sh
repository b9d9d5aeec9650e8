#!/bin/sh
# Every function of the C headers is used by the C++ headers, but for those listed here, which a C++
# program calls as they are or does not need.
#   coverage.sh DIRECTORY HEADER...
set -eu

left_to_c="responses_constant responses_option_name responses_call_next_batch responses_copy_text"
# JSON in text: C++ has libraries for it.
left_to_c="$left_to_c responses_json_get responses_json_text responses_json_read_string"
left_to_c="$left_to_c responses_json_count responses_json_quote responses_json_check"
directory=$1
shift
failed=0
for header; do
    count=0
    for function in $(grep -o 'responses_[a-z0-9_]*(' "$header" | tr -d '(' | grep -v '_fn$' | sort -u); do
        # Words of comments are no functions: a declaration has its marker in front.
        tr '\n' ' ' < "$header" | grep -Eq "RESPONSES_API [a-z0-9_ *]*[ *]$function\(" || continue
        count=$((count + 1))
        case " $left_to_c " in
            *" $function "*) continue ;;
        esac
        grep -qwr "$function" "$directory" --include='*.hpp' --exclude-dir=tests || {
            echo "FAIL  $function of ${header##*/} is not in the C++ headers"
            failed=1
        }
    done
    [ "$count" -gt 30 ] || failed=1
    echo "      $count functions of ${header##*/}"
done
exit $failed
