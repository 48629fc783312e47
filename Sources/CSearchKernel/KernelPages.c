#include "CSearchKernel.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

void kernel_prefer_large_pages(void *start, int64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const uintptr_t page = 4096;
    uintptr_t first = ((uintptr_t)start + page - 1) / page * page;
    uintptr_t last = ((uintptr_t)start + (uintptr_t)bytes) / page * page;
    if (first < last) (void)madvise((void *)first, last - first, MADV_HUGEPAGE);
#else
    (void)start;
    (void)bytes;
#endif
}
