# Hosts with JSON libraries of their own, which test_janssons runs. Each runs for itself, not with the
# libraries of the tests.

HOSTS := $(abspath $(OUT))/janssons
JANSSON_FILE = $(shell pkg-config --variable=libdir jansson)/libjansson.$(1)

# The libraries in every order; who of jansson and json-c comes first has the names of both.
ORDERS = r-j-c r-c-j j-r-c j-c-r c-r-j c-j-r
LINKED := $(addprefix $(HOSTS)/linked-,$(ORDERS))
OWN    := $(addprefix $(HOSTS)/,own-whole own-shared own-shared-last own-hidden own-part trees-own.so)
LOADED  := $(addprefix $(HOSTS)/,linked-r-j loader trees.so json_c.so namesakes-one namesakes-all)

$(OUT)/test_janssons: FLAGS += -DHOSTS='"$(HOSTS)"' \
	-DLIBRARY='"$(abspath $(LIB_DIR))/libresponses.so.0"'
$(OUT)/test_janssons: $(LINKED) $(OWN) $(LOADED)

HOST_SOURCES := $(wildcard guest/janssons/*) $(INCLUDE_DIR)/responses.h

# Flags of a library by its letter
r = $(OURS)
j = -ljansson
c = -ljson-c
first_of_two = $(firstword $(filter j c,$(subst -, ,$(1))))

$(LINKED): $(HOSTS)/linked-%: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@for part in trees:$(if $(filter j,$(call first_of_two,$*)),-DHAS_SHARED_NAMES) \
	    json_c:$(if $(filter c,$(call first_of_two,$*)),-DHAS_SHARED_NAMES) linked:; do \
	    $(CC) $(FLAGS) $(CFLAGS) $${part#*:} -c guest/janssons/$${part%%:*}.c -o $@-$${part%%:*}.o; \
	done
	@$(CC) $@-*.o $(foreach letter,$(subst -, ,$*),$($(letter))) -o $@

$(HOSTS)/linked-r-j: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(WITHOUT_JSON_C) $(r) $(j) -o $@

# Each part is a library that loads what it uses by itself.
$(HOSTS)/loader: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(CC) $(FLAGS) $(CFLAGS) guest/janssons/loader.c -ldl -o $@
$(HOSTS)/trees.so: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(CC) $(FLAGS) $(CFLAGS) -DHAS_SHARED_NAMES -fPIC -shared guest/janssons/trees.c $(r) $(j) -o $@
$(HOSTS)/json_c.so: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(CC) $(FLAGS) $(CFLAGS) -DHAS_SHARED_NAMES -fPIC -shared guest/janssons/json_c.c $(c) -o $@

# A jansson without versions, linked before or after ours; linked into the program, for all to see, in part,
# or hidden.
$(HOSTS)/jansson.so.4: guest/janssons/unversioned.py
	@mkdir -p $(@D)
	@python3 $< $(call JANSSON_FILE,so) $@
WITHOUT_JSON_C = $(CC) $(FLAGS) $(CFLAGS) -DNO_JSON_C -DHAS_SHARED_NAMES guest/janssons/linked.c guest/janssons/trees.c
BESIDE = $(HOSTS)/jansson.so.4 -Wl,-rpath,$(HOSTS)
$(HOSTS)/own-shared: $(HOSTS)/jansson.so.4 $(HOST_SOURCES)
	@$(WITHOUT_JSON_C) $(BESIDE) $(r) -o $@
$(HOSTS)/own-shared-last: $(HOSTS)/jansson.so.4 $(HOST_SOURCES)
	@$(WITHOUT_JSON_C) $(r) $(BESIDE) -o $@
$(HOSTS)/trees-own.so: $(HOSTS)/jansson.so.4 $(HOST_SOURCES)
	@$(CC) $(FLAGS) $(CFLAGS) -DHAS_SHARED_NAMES -fPIC -shared guest/janssons/trees.c $(BESIDE) $(r) -o $@
$(HOSTS)/own-whole: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(WITHOUT_JSON_C) $(r) -Wl,--whole-archive $(call JANSSON_FILE,a) -Wl,--no-whole-archive -rdynamic -o $@
$(HOSTS)/own-part: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(WITHOUT_JSON_C) $(r) $(call JANSSON_FILE,a) -rdynamic -o $@
$(HOSTS)/own-hidden: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(WITHOUT_JSON_C) -DOWN_ALLOCATOR $(r) $(call JANSSON_FILE,a) -Wl,--exclude-libs,ALL -o $@

$(HOSTS)/namesakes-one $(HOSTS)/namesakes-all: $(HOST_SOURCES)
	@mkdir -p $(@D)
	@$(CC) $(FLAGS) $(CFLAGS) $(if $(filter %-all,$@),-DHAS_ALL) guest/janssons/namesakes.c $(r) -rdynamic -o $@
