# The front door. `make help` says what there is.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/libresponses
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
DIRECTORIES = DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) LIBDIR=$(LIBDIR) INCLUDEDIR=$(INCLUDEDIR) \
	BINDIR=$(BINDIR) MANDIR=$(MANDIR) DOCDIR=$(DOCDIR) BASHCOMPDIR=$(BASHCOMPDIR) \
	ZSHCOMPDIR=$(ZSHCOMPDIR) FISHCOMPDIR=$(FISHCOMPDIR)

# Where Swift usually is, should it not be on PATH.
export PATH := $(PATH):/opt/swift/usr/bin:$(HOME)/.local/share/swiftly/bin

# What the tests use, in place.
export LIB_DIR := $(CURDIR)/build/lib
export INCLUDE_DIR := $(CURDIR)/build/include
export SANDBOX := $(CURDIR)/build/bin/responses-sandbox
export EXAMPLES := $(CURDIR)/build/examples

# Within `make test` what the targets need was built once (scripts/test.sh), and is not built again.
ONCE = @$(if $(RESPONSES_BUILT),true,env)

lib: deps-build ## Build the library and the program `responses` into build/ (the default)
	$(ONCE) scripts/build-lib.sh
	$(ONCE) $(MAKE) --no-print-directory -C bindings/c
	$(ONCE) $(MAKE) --no-print-directory -C command

sandbox: deps-sandbox ## Build the local Responses server
	$(ONCE) scripts/build-sandbox.sh

# For this machine's kind, or for ARCH=aarch64, which is cross-compiled and has its own folders.
ARCH ?= $(shell uname -m)
ACROSS = $(if $(filter-out $(ARCH),$(shell uname -m)),/$(ARCH))
portable: $(if $(filter $(ARCH),$(shell uname -m)),lib,deps-build) ## Build the library for other systems, and an archive of it; ARCH=aarch64
ifeq ($(ARCH),$(shell uname -m))
	@scripts/build-portable.sh
	@scripts/dist.sh portable build/portable $(ARCH)
else
	@scripts/build-cross.sh $(ARCH)
	@scripts/dist.sh portable build/portable/$(ARCH) $(ARCH)
	@LIB_DIR=$(CURDIR)/build/portable/$(ARCH) WHEEL_PLATFORM=linux_$(ARCH) \
		$(MAKE) --no-print-directory -C bindings/python wheel DIST=$(CURDIR)/build/portable/$(ARCH)
endif

IN_PLACE = PKG_CONFIG_PATH=$(LIB_DIR)/pkgconfig $(MAKE) --no-print-directory \
	CFLAGS='-O2 -g -Werror' LDFLAGS=-Wl,-rpath,$(LIB_DIR)

# Those of Fortran, COBOL and other event loops as far as there is a compiler or a library for them.
examples: examples-c ## Build the examples
	$(ONCE) $(IN_PLACE) -C examples/cpp OUT=$(EXAMPLES)/cpp CXXFLAGS='-O1 -g -Werror'
	$(ONCE) $(IN_PLACE) -C examples/event-loops OUT=$(EXAMPLES)/event-loops
	$(ONCE) $(IN_PLACE) -C examples/legacy OUT=$(EXAMPLES)/legacy FFLAGS='-O1 -g -Werror' \
		COBFLAGS=-Werror

examples-c: lib
	$(ONCE) $(IN_PLACE) -C examples/c OUT=$(EXAMPLES)

demo: ## See it work: a streamed answer and a background response
	@scripts/demo.sh

install: ## Install below PREFIX (default /usr/local), with DESTDIR before it
	@$(DIRECTORIES) scripts/install.sh install
	@$(DIRECTORIES) bindings/c/install.sh install

install-extras: install ## That, and the sandbox (`make sandbox` first) and the examples
	@$(DIRECTORIES) scripts/install.sh extras

uninstall: ## Take out what install and install-extras put in
	@$(DIRECTORIES) scripts/install.sh uninstall

##
# The longest first, so that none is left over at the end.
STAGES = test-valgrind test-address test-tsan test-calls test-library test-python test-cpp test-network test-frameworks test-distributed test-gates \
	test-unit test-examples test-command test-abi test-ruby test-c test-full test-fuzz test-sandbox lint test-costs
test: ## Run every check there is but for the long ones; the lines below run one each
	@scripts/test.sh $(STAGES)

test-quick: ## In two minutes, after a build: unit, abi, gates, and a word from each binding
	@scripts/test.sh test-unit test-abi test-gates test-bindings

# Half an hour, most of it valgrind's: what is looked at in every commit by AddressSanitizer, or in part.
test-long: deps lib sandbox ## Before a release: all of the C suite under valgrind, 100,000 random streams, 200 kills of a batch, fuzzing
	@$(MAKE) --no-print-directory -C Tests/abi check-valgrind WHOLE=1
	@$(MAKE) --no-print-directory -C Tests/calls run SEED=$$(date +%s)
	@KILLS=200 MEASURE=1 .venv/bin/python -m pytest -o timeout=900 Tests/command/test_batch.py Tests/command/test_pace.py
	@$(MAKE) --no-print-directory -C Tests/fuzz fuzz SECONDS=$(or $(SECONDS),60)

# About 25 minutes for a system, most of it what `make test` takes.
test-elsewhere: ## `make demo` and `make test` on other systems: SYSTEMS="trixie bullseye"
	@scripts/deps.sh elsewhere
	@STAGES="$(if $(filter command,$(origin STAGES)),,demo) $(STAGES)" scripts/test-elsewhere.sh

lint: deps ## Form and types of all sources
	@scripts/lint.sh check

format: deps ## Put right what lint can
	@scripts/lint.sh format

test-unit: deps-build ## The Swift core, as a debug build with the full runtime
	@scripts/test-unit.sh

test-gates: deps-packages lib sandbox ## What is promised of the built files: header, symbols, linking, versions
	@Tests/gates/run

test-abi: deps-packages lib sandbox ## The C suite
	@$(MAKE) --no-print-directory -C Tests/abi check

test-valgrind: deps-packages lib sandbox ## What the C suite allocates and frees, under valgrind
	@$(MAKE) --no-print-directory -C Tests/abi check-valgrind

test-address: deps-packages sandbox ## The C suite, with AddressSanitizer
	@$(MAKE) --no-print-directory -C Tests/tsan check-address

test-bindings: deps-packages lib sandbox ## A response and a stream in C++, Python and Ruby, as far as they are installed
	@scripts/with-sandbox.sh scripts/test-bindings.sh

test-sandbox: deps sandbox ## The sandbox itself
	@.venv/bin/python -m pytest Tests/sandbox

test-command: deps lib sandbox ## The program `responses`, in pipes and in a terminal
	@.venv/bin/python -m pytest Tests/command

test-network: deps lib sandbox ## TLS, proxies and HTTP/2, as in a company
	@$(MAKE) --no-print-directory -C Tests/network check

test-library: deps-packages lib sandbox ## Odd hosts; means that run out; system calls that fail; costs that grow
	@$(MAKE) --no-print-directory -C Tests/library check

test-calls: deps-packages lib ## Whole calls with random faults, and an oracle
	@$(MAKE) --no-print-directory -C Tests/calls check

test-tsan: deps-packages sandbox ## Threads, with ThreadSanitizer
	@$(MAKE) --no-print-directory -C Tests/tsan check

test-fuzz: deps-packages ## What fuzzing found, and a model of threads in event loops, explored whole
	@$(MAKE) --no-print-directory -C Tests/fuzz check
	@$(MAKE) --no-print-directory -C Tests/interleavings check

test-costs: deps-packages lib ## Instructions and allocations for events and requests, with bounds
	@$(MAKE) --no-print-directory -C Tests/benchmarks check

bench: deps-bench lib ## Measure, beside plain libcurl and other clients: docs/performance.md
	@$(MAKE) --no-print-directory -C Tests/benchmarks bench

fuzz: deps-build ## Fuzz each target for SECONDS=60
	@$(MAKE) --no-print-directory -C Tests/fuzz fuzz SECONDS=$(or $(SECONDS),60)

test-c: deps-packages lib sandbox ## What C programs get besides: requests, jansson, event loops, packages
	@$(MAKE) --no-print-directory -C bindings/c check

test-cpp: deps-packages lib sandbox ## The C++ header, by two compilers and four standards
	@$(MAKE) --no-print-directory -C bindings/cpp/tests check

test-python: deps-packages lib sandbox ## The Python package: form, types, tests, wheel
	@$(MAKE) --no-print-directory -C bindings/python check

test-frameworks: deps-packages lib sandbox ## Frameworks for Python, from PyPI, over the library
	@scripts/test-frameworks.sh

test-distributed: deps-packages lib sandbox ## Clusters of Dask, from PyPI, over the library; ENGINES="dask dataframes ray spark"
	@scripts/test-distributed.sh $(ENGINES)

test-ruby: deps-packages lib sandbox ## The Ruby gem: form, types, tests, gem, valgrind
	@$(MAKE) --no-print-directory -C bindings/ruby check

wheel: lib ## Build the Python wheel
	@$(MAKE) --no-print-directory -C bindings/python wheel

gem: lib ## Build the Ruby gem, into build/gem
	@$(MAKE) --no-print-directory -C bindings/ruby gem

wheels: deps-wheels ## Build the self-contained wheel, into build/wheels; ARCH=aarch64
	@scripts/build-bundled.sh $(ARCH)
	@$(MAKE) --no-print-directory -C bindings/python wheels ARCH=$(ARCH) WHEELS=$(CURDIR)/build/wheels$(ACROSS)

gems: deps-wheels ## Build the self-contained gem, into build/gems; ARCH=aarch64
	@scripts/build-bundled.sh $(ARCH)
	@$(MAKE) --no-print-directory -s -C bindings/ruby gems ARCH=$(ARCH) GEMS=$(CURDIR)/build/gems$(ACROSS)

update-bundle: ## Take newer sources of what self-contained wheels and gems have in them
	rm -rf build/bundle/sources build/bundle/apt/lists

test-wheels: deps sandbox wheel wheels gems ## Self-contained wheel and gem, also on small systems; ARCH=aarch64
	@scripts/deps.sh elsewhere
	@ARCH=$(ARCH) Tests/wheels/run

test-examples: deps-packages sandbox examples ## Every example against the sandbox, and the documentation's samples
	@SANDBOX_OPTIONS="--speed 50" scripts/with-sandbox.sh scripts/test-examples.sh
	@scripts/with-sandbox.sh python3 scripts/test-documents.py

test-full: deps-build ## The release build with the full Swift runtime still compiles
	@RESPONSES_RUNTIME=full swift build -c release --scratch-path .build-full --product responses

##
dist: ## Pack the sources of HEAD, with checksums, into build/dist
	@scripts/dist.sh sources

deb: deps-build deps-deb ## Build Debian packages from that archive, into build/deb
	@scripts/build-deb.sh

test-packages: deps-build deps-deb deps-aarch64 ## Packages and archives in empty roots, built twice; as root
	@scripts/deps.sh elsewhere
	@Tests/packages/run

deps: ## Install what is missing: Debian packages, and Python tools in .venv
	$(ONCE) scripts/deps.sh all

deps-packages:
	$(ONCE) scripts/deps.sh packages

deps-build:
	$(ONCE) scripts/deps.sh build

deps-sandbox:
	$(ONCE) scripts/deps.sh sandbox

deps-deb deps-aarch64:
	@scripts/deps.sh $(@:deps-%=%)

deps-wheels:
	@scripts/deps.sh wheels

deps-bench:
	@scripts/deps.sh bench

abi: deps-packages ## Record the interface of the header in abi/, after a change to it
	@scripts/update-abi.sh

clean: ## Remove everything that was built
	rm -rf build .build .build-full .build-portable examples/sandbox/.build

help: ## This list
	@awk -F ':.*## ' '/^##$$/ { print "" } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))

.PHONY: test-command wheels gems update-bundle test-wheels deps-wheels bench test-elsewhere test-c test-cpp test-network test-address test-bindings test-quick test-long test-library test-calls test-tsan test-fuzz fuzz test-python test-frameworks test-distributed test-ruby wheel gem
.PHONY: lib portable sandbox examples examples-c demo install install-extras uninstall test lint format test-unit test-gates test-abi \
	test-valgrind test-sandbox test-examples test-full deps deps-packages deps-build deps-sandbox deps-bench abi clean help \
	dist deb test-packages deps-deb deps-aarch64
.NOTPARALLEL:
