public import Core

/// What happened to a position since it was opened: how large it was, how far the price went in its favour, and how far
/// its stop was moved.
///
/// Invariants: `secured` only moves in favour; no rung has taken more than the entries brought.
public struct Excursion: Hashable, Codable, Sendable {
    /// When it was opened.
    public let openedAt: Timestamp
    /// Whether it is long.
    public let isLong: Bool
    /// The largest size.
    public private(set) var peak: Quantity
    /// The most favourable price seen.
    public private(set) var best: Price
    /// The most favourable level that the stop was moved to; nil while it is where it began.
    public private(set) var secured: Price?
    private var cost: Money
    private var entered: Quantity
    private var fees: Money
    private var taken: [Quantity]

    /// A position as it is found: `quantity` is signed and not zero.
    package init(_ quantity: Quantity, price: Price, fee: Money = .zero, rungs: Int, at now: Timestamp) {
        precondition(quantity != .zero && price > .zero, "an excursion begins with a position")
        (openedAt, isLong, peak, best) = (now, quantity > .zero, quantity.magnitude, price)
        (entered, fees, cost) = (quantity.magnitude, fee, price.notional(quantity.magnitude))
        taken = Array(repeating: .zero, count: rungs)
    }

    /// The average price of all entries.
    public var entryPrice: Price { Price(cost.value.divided(by: entered.value)) }

    /// A fill enlarged the position.
    package mutating func enlarge(by fill: Fill, to size: Quantity) {
        cost += fill.notional
        entered += fill.quantity
        fees += fill.fee
        peak = max(peak, size)
    }

    /// The position grew without a fill of ours.
    package mutating func grow(to size: Quantity) { peak = max(peak, size) }

    /// A rung of the ladder took a part.
    package mutating func take(_ quantity: Quantity, rung: Int) {
        while taken.count <= rung { taken.append(.zero) }
        taken[rung] += quantity
    }

    /// What a rung is still to take of the position, on the lot grid.
    package func remaining(_ rung: Int, of ladder: [LadderRung], instrument: Instrument) -> Quantity {
        let sum = ladder.reduce(FixedDecimal.zero) { $0 + $1.share }
        var allotted = instrument.onLot(Quantity(peak.value.share(ladder[rung].share, of: FixedDecimal(100))))
        if rung == ladder.count - 1, sum == FixedDecimal(100) {
            // The last rung of a full ladder takes what rounding left.
            let before = ladder.dropLast().reduce(Quantity.zero) {
                $0 + instrument.onLot(Quantity(peak.value.share($1.share, of: FixedDecimal(100))))
            }
            allotted = peak - before
        }
        let done = rung < taken.count ? taken[rung] : .zero
        return max(allotted - done, .zero)
    }

    /// The price moved.
    @inline(__always) mutating func reach(_ price: Price) {
        best = isLong ? max(best, price) : min(best, price)
    }

    /// The price moved: follows it with the stop as the rules say.
    package mutating func observe(_ price: Price, _ rules: ProtectionRules, _ instrument: Instrument) {
        reach(price)
        if let trailing = rules.trailing {
            // Never nearer than asked for.
            secure(
                instrument.onTick(
                    trailing.level(behind: best, isLong: isLong), rounding: isLong ? .floor : .ceiling))
        }
        guard let threshold = rules.breakEvenPercent else { return }
        let entry = entryPrice
        let gain = isLong ? price - entry : entry - price
        guard gain.value.times(FixedDecimal(100)) >= entry.value.times(threshold) else { return }
        // Both fees: the exit is taken to cost what the entry did.
        let perUnit = (fees + fees).value.divided(by: entered.value, rounding: .up)
        let level = Price(isLong ? entry.value + perUnit : entry.value - perUnit)
        let stop = instrument.onTick(level, rounding: isLong ? .ceiling : .floor)
        if isLong ? stop < price : stop > price { secure(stop) }
    }

    private mutating func secure(_ level: Price) {
        guard level > .zero else { return }
        secured = secured.map { isLong ? max($0, level) : min($0, level) } ?? level
    }

    /// The more favourable of a level and what was secured.
    package func tightened(_ level: Price?) -> Price? {
        guard let secured else { return level }
        return level.map { isLong ? max($0, secured) : min($0, secured) } ?? secured
    }
}
