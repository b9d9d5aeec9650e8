# What the suites in C share: where things are, flags, the archive of this directory, and how a program of
# tests is compiled, chosen and run. A suite names its PROGRAMS, and adds to what one of them needs:
#
#   include ../support/rules.mk
#   PROGRAMS := $(patsubst %.c,%,$(wildcard test_*.c))
#   $(OUT)/test_odd: odd.c                  another source or object of that program
#   $(OUT)/test_odd: LIBS += -rdynamic      another option
#   check: programs
#   	@$(RUN) $(CHOSEN)
#
# T=odd chooses test_odd alone, and T="odd even" two.

SUPPORT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
TREE    := $(abspath $(SUPPORT)/../..)

LIB_DIR     ?= $(TREE)/build/lib
INCLUDE_DIR ?= $(TREE)/include
SANDBOX     ?= $(TREE)/build/bin/responses-sandbox
OUT         ?= $(TREE)/build/tests/$(notdir $(CURDIR))
SUPPORT_OUT ?= $(TREE)/build/tests/support
PYTHON      ?= $(firstword $(wildcard $(TREE)/.venv/bin/python) python3)
export RESPONSES_SANDBOX := $(abspath $(SANDBOX))

CFLAGS ?= -g -O1
# What the tests need, whatever CFLAGS says.
FLAGS = -std=c11 -Wall -Wextra -Werror -pedantic -D_GNU_SOURCE -I$(INCLUDE_DIR) -I$(SUPPORT)
OURS  = -L$(LIB_DIR) -Wl,-rpath,$(abspath $(LIB_DIR)) -lresponses
LIBS  = $(OURS) -lcmocka -ljansson -lz -lpthread -ldl

# The Swift on PATH, the clang that belongs to it, and how the release is compiled (Package.swift).
RESOURCES = $(eval RESOURCES := $$(shell swiftc -print-target-info | \
	sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p'))$(RESOURCES)
CLANG = $(abspath $(RESOURCES)/../../bin/clang)
SOURCES ?= $(TREE)/Sources
EMBEDDED = -package-name responses -parse-as-library -wmo -g -enable-experimental-feature Embedded \
	-enforce-exclusivity=unchecked -I $(SOURCES)/CCurl -I $(SOURCES)/CJansson -I $(SOURCES)/CPlatform/include
CORE = $(shell find $(SOURCES)/Responses -name '*.swift')
PLATFORM = $(wildcard $(SOURCES)/CPlatform/*.c)
MODULE_HEADERS = $(wildcard $(SOURCES)/CPlatform/include/*.h $(SOURCES)/CCurl/*.h $(SOURCES)/CJansson/*.h)

CHOSEN = $(addprefix $(OUT)/,$(if $(T),$(addprefix test_,$(T)),$(PROGRAMS)))
RUN    = $(SUPPORT)/run.sh

.PHONY: all programs check clean
.SECONDARY:
.DEFAULT_GOAL := all

HEADERS  = $(wildcard *.h support/*.h $(SUPPORT)/*.h) $(INCLUDE_DIR)/responses.h
# Without the server with TLS, which needs OpenSSL; nothing else does.
ARCHIVE := $(SUPPORT_OUT)/support.a
MEMBERS := $(patsubst $(SUPPORT)/%.c,$(SUPPORT_OUT)/%.o,$(filter-out %/tls.c,$(wildcard $(SUPPORT)/*.c)))

$(SUPPORT_OUT)/%.o: $(SUPPORT)/%.c $(wildcard $(SUPPORT)/*.h) $(INCLUDE_DIR)/responses.h
	@mkdir -p $(@D)
	@$(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(ARCHIVE): $(MEMBERS)
	@rm -f $@
	@$(AR) rcs $@ $^

# What a suite says after it has included this counts too.
.SECONDEXPANSION:

programs: $$(CHOSEN)

$(OUT)/test_%: test_%.c $(ARCHIVE) $$(HEADERS)
	@mkdir -p $(@D)
	@echo "$(CC) test_$*"
	@$(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS) $(filter %.c %.o,$^) $(filter %.a,$^) $(LDFLAGS) $(LIBS) -o $@

clean:
	rm -rf $(OUT)
