#!/bin/sh
# Every function of responses.h is used by the C++ headers, but for those listed here, which a C++
# program calls as they are or does not need.
#   coverage.sh responses.h DIRECTORY
set -eu

left_to_c="responses_constant responses_option_name responses_call_next_batch responses_copy_text"
failed=0
count=0
for function in $(grep -o 'responses_[a-z0-9_]*(' "$1" | tr -d '(' | grep -v '_fn$' | sort -u); do
    # Words of comments are no functions: a declaration has its marker in front.
    tr '\n' ' ' < "$1" | grep -Eq "RESPONSES_API [a-z0-9_ *]*[ *]$function\(" || continue
    count=$((count + 1))
    case " $left_to_c " in
        *" $function "*) continue ;;
    esac
    grep -qwr "$function" "$2" || {
        echo "FAIL  $function of responses.h is not in the C++ headers"
        failed=1
    }
done
[ "$count" -gt 50 ] || failed=1
echo "      $count functions of responses.h"
exit $failed
