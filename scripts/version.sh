#!/bin/sh
# Prints the version. It is written down once, in the header.
sed -n 's/^#define RESPONSES_VERSION  *"\(.*\)"$/\1/p' "$(dirname "$0")/../include/responses.h"
