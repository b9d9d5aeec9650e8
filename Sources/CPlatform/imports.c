#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr */
#endif
#include "CPlatform.h"

#include <link.h>
#include <stdio.h>

/* Runs once in a process: small rather than fast. */
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)

/* An object of the process, found by an address in it. */
typedef struct {
    uintptr_t address;
    int is_found;
    uintptr_t base;
    const ElfW(Dyn) * dynamic;
    char name[64]; /* of its file; "the program" for the program itself */
} loaded_object;

static int holds(struct dl_phdr_info *info, size_t size, void *context)
{
    loaded_object *object = context;
    const ElfW(Dyn) *dynamic = NULL;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        const uintptr_t start = info->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)start;
        if (part->p_type == PT_LOAD && object->address - start < part->p_memsz)
            object->is_found = 1;
    }
    if (!object->is_found)
        return 0;
    object->base = info->dlpi_addr;
    const char *slash = strrchr(info->dlpi_name, '/');
    const char *name = slash ? slash + 1 : info->dlpi_name;
    snprintf(object->name, sizeof object->name, "%s", *name ? name : "the program");
    object->dynamic = dynamic;
    return 1;
}

static loaded_object object_of(uintptr_t address)
{
    loaded_object object = {.address = address};
    dl_iterate_phdr(holds, &object);
    return object;
}

/* glibc has made addresses of what stands in the dynamic section; other loaders leave it as it was. */
static const void *place(const loaded_object *object, const ElfW(Dyn) * entry)
{
    const uintptr_t address = entry->d_un.d_ptr;
    return (const void *)(address < object->base ? object->base + address : address);
}

const char *platform_mixed_imports(const char *prefix)
{
    static char words[200];
    const loaded_object own = object_of((uintptr_t)words);
    loaded_object first = {.is_found = 0};
    const char *first_name = NULL, *names = NULL;
    const ElfW(Sym) *symbols = NULL;
    const ElfW(Rela) *slots = NULL;
    size_t bytes = 0;
    int has_addends = 0;

    for (const ElfW(Dyn) *entry = own.dynamic; entry && entry->d_tag != DT_NULL; entry++) {
        switch (entry->d_tag) {
        case DT_STRTAB:
            names = place(&own, entry);
            break;
        case DT_SYMTAB:
            symbols = place(&own, entry);
            break;
        case DT_JMPREL:
            slots = place(&own, entry);
            break;
        case DT_PLTRELSZ:
            bytes = entry->d_un.d_val;
            break;
        case DT_PLTREL:
            has_addends = entry->d_un.d_val == DT_RELA;
            break;
        }
    }
    if (!names || !symbols || !slots || !has_addends)
        return NULL;
    for (size_t i = 0; i < bytes / sizeof *slots; i++) {
#if __SIZEOF_POINTER__ == 8
        const char *name = names + symbols[ELF64_R_SYM(slots[i].r_info)].st_name;
#else
        const char *name = names + symbols[ELF32_R_SYM(slots[i].r_info)].st_name;
#endif
        if (strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        uintptr_t function;
        memcpy(&function, (const void *)(own.base + slots[i].r_offset), sizeof function);
        const loaded_object object = object_of(function);
        if (!object.is_found)
            continue; /* made at run time: nobody's */
        if (!first.is_found) {
            first = object;
            first_name = name;
        } else if (object.base != first.base) {
            snprintf(words, sizeof words, "%s() is of %s and %s() of %s", first_name, first.name,
                     name, object.name);
            return words;
        }
    }
    return NULL;
}

#pragma clang attribute pop
