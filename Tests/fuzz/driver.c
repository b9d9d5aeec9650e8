/* One program for each target: TARGET is its function. */
#include <stddef.h>
#include <stdint.h>

int TARGET(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    return TARGET(bytes, count);
}
