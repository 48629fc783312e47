/// One thing that goes wrong between a trader and a venue. The menu of the chaos runs; see docs/chaos.md.
public enum FaultSwitch: String, Codable, CaseIterable, Comparable, CodingKey, Sendable {
    /// A request never reaches the venue.
    case dropRequest
    /// The venue acts, its answer never comes back.
    case dropResponse
    /// A request reaches the venue twice.
    case duplicateRequest
    /// An answer or a piece of news comes twice.
    case duplicateResponse
    /// An answer or a piece of news is overtaken by later ones.
    case reorder
    /// Messages take between half the first and, in one of a thousand cases, all of the second time.
    case delay
    /// Spells of "too many requests" without a word on when to come back.
    case rateLimit
    /// The same with the time to wait.
    case rateLimitRetryAfter
    /// The venue takes the order and answers with a server error.
    case errorAfterAccept
    /// Looking a new order up gives "not found" for a while.
    case notFoundLag
    /// Every order is executed in parts.
    case partialFills
    /// A cancellation is confirmed, and the order goes on executing for a while.
    case fillAfterCancel
    /// A stop whose trigger is reached is not executed.
    case deadStop
    /// Prices farther than so many percent from the last one are refused.
    case priceFilter
    /// Spells in which reduce-only orders are refused, because the account's position mode was changed.
    case positionMode
    /// Single pieces of news are lost while the stream is healthy.
    case frameLoss
    /// Spells in which the stream tells nothing.
    case freeze
    /// The venue's clock is off, each time by another amount.
    case wrongClock
    /// Spells without prices in which orders are refused.
    case marketClosed
    /// Spells in which the keys are refused.
    case authRevoked
    /// Cash changes without a trade.
    case balanceDrift
    /// Somebody trades, closes and cancels by hand on the same account.
    case manualTrade

    public static func < (left: FaultSwitch, right: FaultSwitch) -> Bool { left.rawValue < right.rawValue }

    /// What a setting of this switch consists of.
    var fields: Set<FaultSetting.Field> {
        switch self {
        case .dropRequest, .dropResponse, .duplicateRequest, .duplicateResponse, .errorAfterAccept, .deadStop,
            .frameLoss:
            [.chance]
        case .reorder, .notFoundLag, .fillAfterCancel: [.chance, .seconds]
        case .delay: [.seconds]
        case .rateLimit, .rateLimitRetryAfter, .positionMode, .freeze, .wrongClock, .marketClosed, .authRevoked:
            [.perDay, .seconds]
        case .partialFills: [.parts, .seconds]
        case .priceFilter: [.percent]
        case .balanceDrift: [.perDay, .percent]
        case .manualTrade: [.perDay]
        }
    }

    /// Whether it comes in spells that are drawn for the whole run.
    var isSpell: Bool { fields == [.perDay, .seconds] }
}

/// How strongly one switch is turned on.
public struct FaultSetting: Hashable, Codable, Sendable {
    /// The parts a setting may have.
    public enum Field: String, CodingKey, CaseIterable, Sendable {
        /// Probability for each message or order, 0...1.
        case chance
        /// How often on an average day; not negative.
        case perDay
        /// Shortest and longest time, in seconds.
        case seconds
        /// Into how many parts an order is split.
        case parts
        /// A share in percent; positive.
        case percent
    }

    /// Probability for each message or order.
    public var chance: Double?
    /// How often on an average day.
    public var perDay: Double?
    /// Shortest and longest time, in seconds.
    public var seconds: [Double]?
    /// Into how many parts an order is split.
    public var parts: Int?
    /// A share in percent.
    public var percent: Double?

    /// A setting from its parts.
    public init(
        chance: Double? = nil, perDay: Double? = nil, seconds: [Double]? = nil, parts: Int? = nil,
        percent: Double? = nil
    ) {
        (self.chance, self.perDay, self.seconds) = (chance, perDay, seconds)
        (self.parts, self.percent) = (parts, percent)
    }

    /// Reads a setting.
    ///
    /// - Throws: ``ScenarioError`` for a field that does not exist.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.knownKeys(Field.self)
        chance = try container.decodeIfPresent(Double.self, forKey: .chance)
        perDay = try container.decodeIfPresent(Double.self, forKey: .perDay)
        seconds = try container.decodeIfPresent([Double].self, forKey: .seconds)
        parts = try container.decodeIfPresent(Int.self, forKey: .parts)
        percent = try container.decodeIfPresent(Double.self, forKey: .percent)
    }

    /// Writes the fields that are set.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Field.self)
        try container.encodeIfPresent(chance, forKey: .chance)
        try container.encodeIfPresent(perDay, forKey: .perDay)
        try container.encodeIfPresent(seconds, forKey: .seconds)
        try container.encodeIfPresent(parts, forKey: .parts)
        try container.encodeIfPresent(percent, forKey: .percent)
    }

    private var present: Set<Field> {
        var fields: Set<Field> = []
        if chance != nil { fields.insert(.chance) }
        if perDay != nil { fields.insert(.perDay) }
        if seconds != nil { fields.insert(.seconds) }
        if parts != nil { fields.insert(.parts) }
        if percent != nil { fields.insert(.percent) }
        return fields
    }

    /// What keeps `fault` from being set like this; nil when nothing does.
    func problem(for fault: FaultSwitch) -> String? {
        if present != fault.fields {
            let names = fault.fields.map(\.rawValue).sorted().joined(separator: " and ")
            return "takes exactly \(names)"
        }
        if let chance, !(0...1).contains(chance) { return "chance is 0...1" }
        if let perDay, !(0...10_000).contains(perDay) { return "perDay is 0...10000" }
        if let parts, !(1...1000).contains(parts) { return "parts is 1...1000" }
        if let percent, !(percent > 0 && percent <= 100) { return "percent is above 0 and at most 100" }
        if let seconds {
            guard seconds.count == 2, seconds[0] >= 0, seconds[0] <= seconds[1], seconds[1] <= 86_400 else {
                return "seconds are two numbers, the shortest and the longest, 0...86400"
            }
        }
        return nil
    }
}
