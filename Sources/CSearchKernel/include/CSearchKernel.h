#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "KernelSteps.h"

// What the kernel's three builds share: the layout of its arguments, lane masks as bits, and which build this
// processor can run.

/// The bars of a window. Pointers stand at its first row and may be read one row before and eight rows beyond it.
typedef struct {
    const double *open;
    const double *high;
    const double *low;
    const double *close;
    /// The rows of the window.
    int64_t rows;
    /// What a buy pays for a price of 1, slippage included.
    double buying;
    /// What a sale brings for a price of 1, slippage included.
    double selling;
    /// The fee of a fill as a share of its notional.
    double feeRate;
} KernelBars;

/// One strategy. Pointers stand at the window's first row and may be read for its rows only.
typedef struct {
    const double *column0;
    const double *column1;
    const double *column2;
    const double *column3;
    double weight0;
    double weight1;
    double weight2;
    double weight3;
    /// How many of the columns count, 0 to 4; a first one of weight 0 never trades. None may be null.
    int64_t terms;
    /// The same columns in steps, to nearest. May be read 63 rows beyond the window.
    const int16_t *coarse0;
    const int16_t *coarse1;
    const int16_t *coarse2;
    const int16_t *coarse3;
    /// Whether those say what the columns say on every row of the window. Where not, nothing is decided by them.
    bool isCoarseTrue;
    const double *range;
    const double *volatility;
    /// One bit a row each; all three must be set for an entry.
    const uint64_t *gate0;
    const uint64_t *gate1;
    const uint64_t *gate2;
    /// Two more such gates, of which entries need the one of their side; both null when there is none.
    const uint64_t *longGate;
    const uint64_t *shortGate;
    /// The bit of the first word that belongs to the window's first row.
    uint64_t gateShift;
    bool permitsLong;
    bool permitsShort;
    double entryThreshold;
    double exitThreshold;
    double stopRanges;
    double takeProfitRanges;
    double volatilityTarget;
    int64_t maximumHolding;
    int64_t cooldown;
} KernelStrategy;

/// A closed position, for tests.
typedef struct {
    int64_t entryRow;
    int64_t exitRow;
    double units;
    double entryPrice;
    double exitPrice;
    double profit;
} KernelTrade;

/// Where the kernel writes; all of it belongs to the caller.
typedef struct {
    /// The score in steps: one value a row of the window, and 64 more.
    int16_t *scores;
    /// One bit a row, and one word more.
    uint64_t *entries;
    /// One value a row, and sixteen more: the change of the marked equity at each close.
    double *returns;
    /// Room for as many trades as rows, or null.
    KernelTrade *trades;
} KernelScratch;

/// The sums that statistics are made of, for eight strategies.
typedef struct {
    double net[8];
    double squares[8];
    double fall[8];
    double peak[8];
} KernelSums;

/// One rule's money while it is swept over the bars.
typedef struct {
    /// The first row of the series that may decide.
    int64_t firstRow;
    double cash;
    double units;
    /// 1 while everything is held, else 0.
    uint64_t held;
} KernelAccount;

/// A rule of a block of rows: it holds where one column is greater than the other. Both may be read 63 rows beyond.
typedef struct {
    const double *above;
    const double *below;
} KernelRule;

/// A block of rows that many rules are swept over.
typedef struct {
    /// The opens of the whole series.
    const double *open;
    /// The first row to decide, a multiple of 64.
    int64_t start;
    /// The row after the last one to decide; there is an open of that row.
    int64_t end;
    /// What a buy pays for a price of 1.
    double buying;
    /// What a sale brings for a price of 1.
    double selling;
    /// Room for twice as many row numbers as the block has rows and 64 more.
    int32_t *changes;
} KernelSweep;

typedef double KernelLanes __attribute__((ext_vector_type(8)));
typedef bool KernelFlags __attribute__((ext_vector_type(8)));

/// One bit a lane, the first lane lowest.
#define KERNEL_BITS(condition, more)                                            \
    KernelFlags flags = __builtin_convertvector((condition), KernelFlags) | (more); \
    uint8_t bits;                                                               \
    __builtin_memcpy(&bits, &flags, 1);                                         \
    return bits

/// Has a value brought near before it is needed. The address may be any.
static inline __attribute__((always_inline)) void kernel_prefetch(const double *value) { __builtin_prefetch(value); }

typedef int16_t KernelEightSteps __attribute__((ext_vector_type(8), aligned(2)));

/// Lanes in which a bar, or a score in steps, may end a long position.
static inline __attribute__((always_inline)) uint32_t kernel_ends_long(
    KernelLanes low, KernelLanes stop, KernelLanes high, KernelLanes goal, const int16_t *scores, int16_t limit) {
    KernelFlags below = __builtin_convertvector(*(const KernelEightSteps *)scores < limit, KernelFlags);
    KERNEL_BITS((low <= stop) | (high >= goal), below);
}

/// Lanes in which a bar, or a score in steps, may end a short position.
static inline __attribute__((always_inline)) uint32_t kernel_ends_short(
    KernelLanes low, KernelLanes goal, KernelLanes high, KernelLanes stop, const int16_t *scores, int16_t limit) {
    KernelFlags above = __builtin_convertvector(*(const KernelEightSteps *)scores > limit, KernelFlags);
    KERNEL_BITS((high >= stop) | (low <= goal), above);
}

/// Lanes of `left` that are greater than those of `right`.
static inline __attribute__((always_inline)) uint32_t kernel_above(KernelLanes left, KernelLanes right) {
    KERNEL_BITS(left > right, (KernelFlags)0);
}

/// Turns 64 bytes, each a row of eight bits, into eight words, each a bit of 64 rows.
static inline __attribute__((always_inline)) void kernel_gather_bits(
    const uint8_t *rows, uint64_t *words, int64_t stride) {
    typedef int8_t Bytes __attribute__((ext_vector_type(32), aligned(1)));
    typedef bool Signs __attribute__((ext_vector_type(32)));
    Bytes low = *(const Bytes *)rows, high = *(const Bytes *)(rows + 32);
    for (int bit = 7; bit >= 0; bit--) {
        Signs lowSigns = __builtin_convertvector(low < 0, Signs), highSigns = __builtin_convertvector(high < 0, Signs);
        uint32_t lowBits, highBits;
        __builtin_memcpy(&lowBits, &lowSigns, 4);
        __builtin_memcpy(&highBits, &highSigns, 4);
        words[bit * stride] = (uint64_t)highBits << 32 | lowBits;
        low += low;
        high += high;
    }
}

/// Writes the columns of a tile of 8 x 8 values, `stride` values apart.
static inline __attribute__((always_inline)) void kernel_transpose(
    const double *tile, double *columns, int64_t stride) {
    typedef double Four __attribute__((ext_vector_type(4), aligned(8)));
    for (int half = 0; half < 2; half++) {
        for (int side = 0; side < 2; side++) {
            const double *from = tile + 32 * half + 4 * side;
            double *to = columns + 4 * side * stride + 4 * half;
            Four a = *(const Four *)from, b = *(const Four *)(from + 8);
            Four c = *(const Four *)(from + 16), d = *(const Four *)(from + 24);
            Four ab = __builtin_shufflevector(a, b, 0, 4, 2, 6), cd = __builtin_shufflevector(c, d, 0, 4, 2, 6);
            Four ba = __builtin_shufflevector(a, b, 1, 5, 3, 7), dc = __builtin_shufflevector(c, d, 1, 5, 3, 7);
            *(Four *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
            *(Four *)(to + stride) = __builtin_shufflevector(ba, dc, 0, 1, 4, 5);
            *(Four *)(to + 2 * stride) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
            *(Four *)(to + 3 * stride) = __builtin_shufflevector(ba, dc, 2, 3, 6, 7);
        }
    }
}

typedef double KernelPair __attribute__((ext_vector_type(2)));

/// Two square roots in the time of one; Swift takes them one by one.
static inline __attribute__((always_inline)) KernelPair kernel_square_roots(KernelPair values) {
    return __builtin_elementwise_sqrt(values);
}

/// Asks the system to back some memory by large pages, so that a table of many columns needs few translations. What is
/// in the memory does not change, and nothing happens where there are none.
void kernel_prefer_large_pages(void *start, int64_t bytes);

/// Which build this processor can run: 4 with AVX-512, 3 with AVX2, else 1.
int32_t kernel_level(void);
