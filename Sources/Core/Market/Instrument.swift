/// A currency by its code, such as `USDT` or `RUB`.
public struct Currency: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The code in upper case.
    public let code: String

    /// A currency named `code`.
    public init(_ code: String) {
        self.code = code.uppercased()
    }

    /// Reads the bare code.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the bare code.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }

    public var description: String { code }
    public static func < (left: Currency, right: Currency) -> Bool { left.code < right.code }
}

/// What may be ordered: the steps and minimums of one traded instrument.
public struct Instrument: Hashable, Codable, Sendable {
    /// Its name.
    public let symbol: Symbol
    /// Prices are multiples of this; positive.
    public let tick: Price
    /// Quantities are multiples of this; positive. For shares it is the lot.
    public let lotStep: Quantity
    /// The smallest order quantity.
    public let minimumQuantity: Quantity
    /// The smallest order value in the quote currency; zero when there is none.
    public let minimumNotional: Money
    /// The currency prices and profits are in.
    public let quote: Currency
    /// What the venue demands of triggers besides; nil when nothing.
    public let triggerRules: TriggerRules?
    /// The grid of its prices: it follows from the tick, and is at hand because prices of every bar are put on it.
    public let grid: PriceGrid

    private enum CodingKeys: String, CodingKey {
        case symbol, tick, lotStep, minimumQuantity, minimumNotional, quote, triggerRules
    }

    /// An instrument from its rules.
    ///
    /// - Precondition: `tick` and `lotStep` are positive and the minimums not negative.
    public init(
        symbol: Symbol, tick: Price, lotStep: Quantity, minimumQuantity: Quantity, minimumNotional: Money,
        quote: Currency, triggerRules: TriggerRules? = nil
    ) {
        precondition(tick > .zero && lotStep > .zero, "tick and lot step are positive")
        precondition(minimumQuantity >= .zero && minimumNotional >= .zero, "minimums are not negative")
        (self.symbol, self.tick, self.lotStep, self.quote) = (symbol, tick, lotStep, quote)
        (self.minimumQuantity, self.minimumNotional) = (minimumQuantity, minimumNotional)
        self.triggerRules = triggerRules
        grid = PriceGrid(tick: tick)
    }

    /// `price` rounded to the tick grid.
    public func onTick(_ price: Price, rounding rule: RoundingRule = .halfEven) -> Price {
        grid.nearest(price, rounding: rule)
    }

    /// A measured price rounded to the nearest tick; nil when it is not a positive finite number.
    @inlinable public func price(measured value: Double) -> Price? { grid.price(measured: value) }

    /// `quantity` rounded towards zero to the lot grid.
    public func onLot(_ quantity: Quantity) -> Quantity {
        Quantity(quantity.value.quantised(to: lotStep.value, rounding: .down))
    }

    /// Why an order of `quantity` at about `price` cannot be placed, or nil when it can.
    public func refusal(of quantity: Quantity, at price: Price) -> InstrumentRefusal? {
        if quantity <= .zero { return .notPositive }
        if !quantity.value.isMultiple(of: lotStep.value) { return .offLot }
        if quantity < minimumQuantity { return .belowMinimumQuantity }
        if price.notional(quantity) < minimumNotional { return .belowMinimumNotional }
        return nil
    }
}

/// What a venue demands of the trigger of a stop or take-profit.
public struct TriggerRules: Hashable, Codable, Sendable {
    /// The least distance from the last price, in percent of it; nil when there is none.
    public let leastPercent: FixedDecimal?
    /// The largest distance from the last price, in percent of it; nil when there is none.
    public let mostPercent: FixedDecimal?
    /// Whether protective orders too must be worth the instrument's smallest order value.
    public let countsMinimumNotional: Bool

    /// Rules from their parts.
    public init(leastPercent: FixedDecimal?, mostPercent: FixedDecimal?, countsMinimumNotional: Bool) {
        (self.leastPercent, self.mostPercent) = (leastPercent, mostPercent)
        self.countsMinimumNotional = countsMinimumNotional
    }

    /// Why a trigger for `quantity` cannot be placed while the last price is `last`, or nil.
    public func fault(of trigger: Price, quantity: Quantity, at last: Price, minimum: Money) -> String? {
        let distance = (trigger - last).magnitude.value.times(FixedDecimal(100)).divided(by: last.value)
        if let leastPercent, distance < leastPercent {
            return "a trigger at \(trigger) is \(distance) % from \(last) < \(leastPercent) %"
        }
        if let mostPercent, distance > mostPercent {
            return "a trigger at \(trigger) is \(distance) % from \(last) > \(mostPercent) %"
        }
        let value = trigger.notional(quantity)
        return countsMinimumNotional && value < minimum ? "a trigger worth \(value) < \(minimum)" : nil
    }
}

extension Instrument {
    /// Reads the rules.
    ///
    /// - Throws: `DecodingError` when a step is not positive or a minimum is negative.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        symbol = try container.decode(Symbol.self, forKey: .symbol)
        tick = try container.decode(Price.self, forKey: .tick)
        grid = PriceGrid(tick: tick)
        lotStep = try container.decode(Quantity.self, forKey: .lotStep)
        minimumQuantity = try container.decode(Quantity.self, forKey: .minimumQuantity)
        minimumNotional = try container.decode(Money.self, forKey: .minimumNotional)
        quote = try container.decode(Currency.self, forKey: .quote)
        triggerRules = try container.decodeIfPresent(TriggerRules.self, forKey: .triggerRules)
        guard tick > .zero, lotStep > .zero else {
            throw DecodingError.dataCorruptedError(
                forKey: .tick, in: container, debugDescription: "\(symbol): tick and lot step must be positive")
        }
        guard minimumQuantity >= .zero, minimumNotional >= .zero else {
            throw DecodingError.dataCorruptedError(
                forKey: .minimumQuantity, in: container, debugDescription: "\(symbol): minimums must not be negative")
        }
    }
}

/// Why a quantity cannot be ordered.
public enum InstrumentRefusal: String, Codable, Sendable, CaseIterable {
    /// Zero or negative.
    case notPositive
    /// Not a multiple of the lot step.
    case offLot
    /// Below the smallest quantity.
    case belowMinimumQuantity
    /// Worth less than the smallest order value.
    case belowMinimumNotional
}
