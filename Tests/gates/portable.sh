#!/bin/sh
# The portable build needs no symbol version of libcurl, and works with another flavour of it in the
# process: libcurl-gnutls, loaded for this library alone or for everybody.
set -eu

scripts/build-portable.sh > "$SCRATCH/log" 2>&1 || { cat "$SCRATCH/log" && exit 1; }
portable=build/portable
failed=0
if readelf -VW "$portable/libresponses.so.0" | grep -i curl_ ; then
    echo "   it asks for a version of libcurl's symbols"
    failed=1
fi

cat > "$SCRATCH/beside.c" << 'END'
#include <dlfcn.h>
#include <responses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    responses_client *client = NULL;
    responses_response *response = NULL;
    responses_error *error = NULL;
    if (argc > 1 && !dlopen("libcurl-gnutls.so.4", strcmp(argv[1], "global") ? RTLD_NOW
                                                   : RTLD_NOW | RTLD_GLOBAL)) {
        puts("   libcurl-gnutls is not there");
        return 77;
    }
    if (responses_client_new(&client, &error) == RESPONSES_OK)
        responses_create(client, "{\"model\":\"sandbox\",\"input\":\"Hi\"}", RESPONSES_NTS,
                         &response, &error);
    if (error != NULL)
        printf("   %s\n", responses_error_field(error, RESPONSES_ERROR_MESSAGE, NULL));
    if (strcmp(responses_response_text(response, NULL), "You said: Hi") != 0)
        return 1;
    responses_response_free(response);
    responses_client_free(client);
    return 0;
}
END
cc -I"$INCLUDE_DIR" "$SCRATCH/beside.c" "$portable/libresponses.so.0" -o "$SCRATCH/beside"

server=build/bin/responses-sandbox
"$server" --port 0 > "$SCRATCH/url" 2> /dev/null &
pid=$!
trap 'kill $pid' EXIT
while [ ! -s "$SCRATCH/url" ]; do sleep 0.1; done
OPENAI_BASE_URL=$(head -n 1 "$SCRATCH/url") OPENAI_API_KEY=k
export OPENAI_BASE_URL OPENAI_API_KEY
for library in "$portable" "$LIB_DIR"; do
    for how in "" local global; do
        # shellcheck disable=SC2086 # no argument where there is nothing to load
        if LD_LIBRARY_PATH=$library "$SCRATCH/beside" $how; then
            echo "   $library works${how:+ beside libcurl-gnutls, $how}"
        elif [ $? -ne 77 ]; then
            echo "   $library fails with libcurl-gnutls ${how:-not loaded}"
            failed=1
        fi
    done
done
exit $failed
