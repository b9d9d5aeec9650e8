#include "system_call.h"

__attribute__((cold, noinline)) int platform_system_call_failed(int errno_found)
{
    const int reason = errno;
    errno = errno_found;
    return -reason;
}
