#include "CPlatform.h"
#include "system_call.h"

#include <dirent.h>
#include <fcntl.h>

/* Not access(2), which asks for the user who started a setuid program. */
int platform_is_readable(const char *path)
{
    return system_call(faccessat(AT_FDCWD, path, R_OK, AT_EACCESS)) == 0;
}

/* "89c02a45.0", as `openssl rehash` names a certificate. */
static int is_hashed(const char *name)
{
    return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] >= '0' &&
           name[9] <= '9';
}

int platform_has_hashed_certificates(const char *path)
{
    const int found = errno;
    int has = 0;
    DIR *directory = opendir(path);
    if (directory) {
        struct dirent *entry;
        while (!has && (entry = readdir(directory)) != NULL)
            has = is_hashed(entry->d_name);
        closedir(directory);
    }
    errno = found;
    return has;
}

int platform_has_directory(const char *list)
{
    int has = 0;
    while (!has && *list) {
        char path[4096];
        const size_t count = strcspn(list, ":");
        if (count > 0 && count < sizeof path - 2) {
            memcpy(path, list, count);
            memcpy(path + count, "/.", 3); /* a directory, and one that may be entered */
            has = system_call(faccessat(AT_FDCWD, path, R_OK, AT_EACCESS)) == 0;
        }
        list += count;
        list += *list == ':';
    }
    return has;
}
