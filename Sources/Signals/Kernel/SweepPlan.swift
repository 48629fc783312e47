import CSearchKernel

/// How a sweep comes by its rules' bits: from columns of averages that rules share, or pair by pair where few share.
struct SweepPlan {
    /// The places of each rule's columns: an average's slot, or -1, -2, ... for the given ones.
    let places: [(above: Int, below: Int)]
    /// The periods of the averages, ascending; their positions are the slots.
    let periods: [Int]
    /// Whether each rule's averages are computed for it alone, in the processor's registers.
    let isPaired: Bool
    /// Rows per block, a multiple of 64.
    let block: Int

    /// What a block of columns may take of the cache.
    private static let bytes = 384 << 10
    /// Bits of so many rules and rows stay in the cache as well.
    private static let pairedBlock = 2048

    init(_ rules: [RuleSweep.Rule]) {
        var found = Set<Int>()
        var isPure = true
        for rule in rules {
            for column in [rule.above, rule.below] {
                if case .average(let period) = column { found.insert(period) } else { isPure = false }
            }
        }
        let periods = found.sorted()
        let slots = Dictionary(uniqueKeysWithValues: zip(periods, periods.indices))
        func place(_ column: RuleSweep.Column) -> Int {
            switch column {
            case .average(let period): slots[period, default: 0]
            case .given(let index): -1 - index
            }
        }
        places = rules.map { (place($0.above), place($0.below)) }
        self.periods = periods
        // A column costs about three times what a rule saves by it.
        isPaired = isPure && periods.count * 3 > rules.count
        let fitting = Self.bytes / 8 / max(periods.count, 1) / 64 * 64
        block = isPaired ? Self.pairedBlock : min(max(fitting, 128), 4096)
    }
}

/// One block of a sweep: averages and bits.
struct SweepMemory {
    /// Room for the rows at which a rule changes its mind.
    let changes: UnsafeMutablePointer<Int32>
    private let states: UnsafeMutablePointer<Double>
    private let factors: UnsafeMutablePointer<Double>
    private let columns: UnsafeMutablePointer<Double>
    private let tiles: UnsafeMutablePointer<Double>
    private let bits: UnsafeMutablePointer<UInt64>
    private let bytes: UnsafeMutablePointer<UInt8>
    private let lanes: Int
    private let stride: Int
    private let wordStride: Int

    init(_ plan: SweepPlan, seed: Double) {
        let pairs = plan.isPaired ? (plan.places.count + 15) / 16 : 0
        lanes = plan.isPaired ? 32 * pairs : (plan.periods.count + 31) / 32 * 32
        // An odd number of cache lines, so that the columns do not meet in one set of the cache.
        stride = plan.block + 8
        wordStride = plan.block / 64
        changes = .allocate(capacity: plan.block + 64)
        (states, factors) = (.allocate(capacity: lanes + 1), .allocate(capacity: lanes + 1))
        columns = .allocate(capacity: plan.isPaired ? 1 : lanes * stride + 1)
        (tiles, bytes) = (.allocate(capacity: 256), .allocate(capacity: 128))
        bits = .allocate(capacity: max(16 * pairs, 1) * wordStride)
        columns.initialize(repeating: 0, count: plan.isPaired ? 1 : lanes * stride + 1)
        states.initialize(repeating: seed, count: lanes + 1)
        factors.initialize(repeating: 0, count: lanes + 1)
        func factor(_ slot: Int) -> Double { 2 / Double(plan.periods[slot] + 1) }
        if plan.isPaired {
            for (rule, place) in plan.places.enumerated() {
                let lane = rule / 16 * 32 + rule % 16
                (factors[lane], factors[lane + 16]) = (factor(place.above), factor(place.below))
            }
        } else {
            for slot in plan.periods.indices { factors[slot] = factor(slot) }
        }
    }

    func free() {
        for memory in [states, factors, columns, tiles] { memory.deallocate() }
        changes.deallocate()
        bits.deallocate()
        bytes.deallocate()
    }

    /// Computes what the rules of a block look at.
    func prepare(
        _ plan: SweepPlan, _ closes: UnsafeBufferPointer<Double>, _ start: Int, _ count: Int, _ build: KernelBuild
    ) {
        guard let base = closes.baseAddress else { return }
        for first in Swift.stride(from: 0, to: lanes, by: 32) {
            if plan.isPaired {
                build.cross(
                    base + start, count: (count + 63) / 64 * 64, factors: factors + first, states: states + first,
                    words: bits + first / 2 * wordStride, stride: wordStride, bytes: bytes)
            } else {
                build.average(
                    base + start, count: (count + 7) / 8 * 8, factors: factors + first, states: states + first,
                    columns: columns + first * stride, stride: stride, tiles: tiles)
            }
        }
    }

    /// The bits of a rule's block.
    func words(
        _ rule: Int, _ plan: SweepPlan, _ given: [UnsafePointer<Double>], _ count: Int, _ build: KernelBuild
    ) -> UnsafePointer<UInt64> {
        if plan.isPaired { return UnsafePointer(bits + rule * wordStride) }
        func column(_ place: Int) -> UnsafePointer<Double> {
            place >= 0 ? UnsafePointer(columns + place * stride) : given[-1 - place]
        }
        let place = plan.places[rule]
        build.compare(column(place.above), column(place.below), words: bits, count: (count + 63) / 64)
        return UnsafePointer(bits)
    }
}
