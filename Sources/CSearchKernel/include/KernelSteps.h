#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Scores in whole steps of 1 / KERNEL_STEPS: 32 rows at a time, an eighth of the arithmetic and a quarter of the memory
// that exact ones take, and near enough for all but about one decision in a thousand.

/// The steps of coarse values between 0 and 1; features lie in -3 ... 3.
#define KERNEL_STEPS 10000

/// What scores in steps are made of, and what is asked of them.
typedef struct {
    /// May be read 63 rows beyond the window.
    const int16_t *column0;
    const int16_t *column1;
    const int16_t *column2;
    const int16_t *column3;
    /// Weights in parts of 32,768.
    int16_t weight0;
    int16_t weight1;
    int16_t weight2;
    int16_t weight3;
    /// All bits where long entries are permitted, else none.
    int16_t longs;
    /// The same for short ones.
    int16_t shorts;
    /// Above this a score may permit an entry.
    int16_t possible;
    /// Above this it does for certain.
    int16_t certain;
} KernelCoarse;

typedef int16_t KernelSteps __attribute__((ext_vector_type(32)));
typedef bool KernelStepFlags __attribute__((ext_vector_type(32)));

// 32 values times a weight, rounded. Compilers do not find the instruction for it by themselves.
#if defined(__AVX512BW__)
#define KERNEL_WEIGH(product, values, weights) product = (KernelSteps)__builtin_ia32_pmulhrsw512(values, weights)
#elif defined(__AVX2__)
#define KERNEL_WEIGH(product, values, weights)                           \
    product.lo = __builtin_ia32_pmulhrsw256((values).lo, (weights).lo);  \
    product.hi = __builtin_ia32_pmulhrsw256((values).hi, (weights).hi)
#else
typedef int32_t KernelWideSteps __attribute__((ext_vector_type(32)));
#define KERNEL_WEIGH(product, values, weights)                                                              \
    KernelWideSteps wide =                                                                                  \
        __builtin_convertvector(values, KernelWideSteps) * __builtin_convertvector(weights, KernelWideSteps); \
    product = __builtin_convertvector(((wide >> 14) + 1) >> 1, KernelSteps)
#endif

/// Writes the scores of 32 rows; answers on which of them an entry is possible (low half) and certain (high half).
static inline __attribute__((always_inline)) uint64_t kernel_score_rows(
    const KernelCoarse *coarse, int64_t row, int16_t *scores) {
    typedef int16_t Loose __attribute__((ext_vector_type(32), aligned(2)));
    const int16_t *columns[4] = {coarse->column0, coarse->column1, coarse->column2, coarse->column3};
    const int16_t weights[4] = {coarse->weight0, coarse->weight1, coarse->weight2, coarse->weight3};
    KernelSteps score = 0;
#pragma unroll
    for (int term = 0; term < 4; term++) {
        KernelSteps values = *(const Loose *)(columns[term] + row), weight = weights[term], product;
        KERNEL_WEIGH(product, values, weight);
        score += product;
    }
    *(Loose *)(scores + row) = score;
    KernelSteps sided = __builtin_elementwise_max(score & coarse->longs, -score & coarse->shorts);
    KernelStepFlags possible = __builtin_convertvector(sided > coarse->possible, KernelStepFlags);
    KernelStepFlags certain = __builtin_convertvector(sided > coarse->certain, KernelStepFlags);
    uint32_t bits[2];
    memcpy(bits, &possible, sizeof *bits);
    memcpy(bits + 1, &certain, sizeof *bits);
    return bits[0] | (uint64_t)bits[1] << 32;
}
