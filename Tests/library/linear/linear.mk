# `feed` is the library's own decoder and accumulator, without libcurl; `client` is the library as it is
# built, with a recv() that gives one byte at a time.

LINEAR := $(OUT)/linear

$(LINEAR)/feed.o: $(CORE) linear/Feed.swift $(MODULE_HEADERS)
	@mkdir -p $(@D)
	@echo 'swiftc feed'
	@swiftc $(EMBEDDED) -module-name Responses -Osize -Xfrontend -function-sections -dwarf-version=4 \
	    -c $(CORE) linear/Feed.swift -o $@

$(LINEAR)/feed: linear/feed.c linear/shapes.c linear/shapes.h $(LINEAR)/feed.o $(PLATFORM)
	@$(CLANG) -O2 -gdwarf-4 -D_GNU_SOURCE -I$(SOURCES)/CPlatform/include $(filter %.c %.o,$^) \
	    -Wl,--gc-sections -lcurl -ljansson -lm -lpthread -o $@

# Its recv() must be found by libcurl.
$(LINEAR)/client: linear/client.c linear/shapes.c linear/shapes.h $(ARCHIVE)
	@mkdir -p $(@D)
	@$(CC) $(FLAGS) $(CPPFLAGS) -O2 $(CFLAGS) $(filter %.c,$^) $(ARCHIVE) -rdynamic $(LDFLAGS) $(LIBS) -o $@
