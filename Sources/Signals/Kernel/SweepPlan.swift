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
    /// What the bits of the rules that are compared at once may take of it.
    private static let bitBytes = 128 << 10

    /// How many rules are compared at once: all that are given, where their bits fit.
    var rulesAtOnce: Int { min(max(places.count, 1), max(Self.bitBytes / (block / 8), 64)) }

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
        // A column costs about five times what a rule saves by it.
        isPaired = isPure && periods.count * 5 > rules.count
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
    private let rules: UnsafeMutablePointer<KernelRule>
    private let lanes: Int
    private let stride: Int
    /// Words from one rule's bits to the next's.
    let wordStride: Int
    private let build: KernelBuild

    init(_ plan: SweepPlan, seed: Double, _ build: KernelBuild) {
        self.build = build
        // Pairs are continued so many at once; the first averages of a group come before its second ones.
        let width = build.pairsAtOnce
        let pairs = plan.isPaired ? (plan.places.count + width - 1) / width * width : 0
        lanes = plan.isPaired ? 2 * pairs : (plan.periods.count + 31) / 32 * 32
        // An odd number of cache lines, so that the columns do not meet in one set of the cache.
        stride = plan.block + 8
        wordStride = plan.block / 64
        changes = .allocate(capacity: 2 * (plan.block + 64))
        (states, factors) = (.allocate(capacity: lanes + 1), .allocate(capacity: lanes + 1))
        let size = plan.isPaired ? 1 : lanes * stride + 1
        columns = Self.aligned(size)
        (tiles, bytes) = (Self.aligned(256), .allocate(capacity: 8 * width))
        (bits, rules) = (
            .allocate(capacity: max(pairs, plan.rulesAtOnce) * wordStride), .allocate(capacity: plan.rulesAtOnce)
        )
        columns.initialize(repeating: 0, count: size)
        states.initialize(repeating: seed, count: lanes + 1)
        factors.initialize(repeating: 0, count: lanes + 1)
        func factor(_ slot: Int) -> Double { 2 / Double(plan.periods[slot] + 1) }
        if plan.isPaired {
            for (rule, place) in plan.places.enumerated() {
                let lane = rule / width * 2 * width + rule % width
                (factors[lane], factors[lane + width]) = (factor(place.above), factor(place.below))
            }
        } else {
            for slot in plan.periods.indices { factors[slot] = factor(slot) }
        }
    }

    /// Room that begins with a cache line: eight rows of a column are one load then, and not parts of two lines.
    private static func aligned(_ count: Int) -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
            .bindMemory(to: Double.self, capacity: count)
    }

    func free() {
        for memory in [states, factors, columns, tiles] { memory.deallocate() }
        changes.deallocate()
        bits.deallocate()
        bytes.deallocate()
        rules.deallocate()
    }

    /// Computes what the rules of a block look at.
    func prepare(_ plan: SweepPlan, _ closes: UnsafeBufferPointer<Double>, _ start: Int, _ count: Int) {
        guard let base = closes.baseAddress else { return }
        for first in Swift.stride(from: 0, to: lanes, by: plan.isPaired ? 2 * build.pairsAtOnce : 32) {
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

    /// Lends the bits of a block, of as many rules as are compared at once.
    func forEachBits(
        _ plan: SweepPlan, _ given: [UnsafePointer<Double>], _ count: Int,
        _ body: (_ first: Int, _ count: Int, _ words: UnsafePointer<UInt64>) -> Void
    ) {
        if plan.isPaired { return body(0, plan.places.count, bits) }
        func column(_ place: Int) -> UnsafePointer<Double> {
            place >= 0 ? UnsafePointer(columns + place * stride) : given[-1 - place]
        }
        for first in Swift.stride(from: 0, to: plan.places.count, by: plan.rulesAtOnce) {
            let part = plan.places[first...].prefix(plan.rulesAtOnce)
            for (index, place) in part.enumerated() {
                rules[index] = KernelRule(above: column(place.above), below: column(place.below))
            }
            build.compare(rules, count: part.count, words: bits, stride: wordStride, length: (count + 63) / 64)
            body(first, part.count, bits)
        }
    }
}
