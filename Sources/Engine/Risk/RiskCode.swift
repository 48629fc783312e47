public import Core

/// The rules of the gate by their stable codes. Each has its line in `docs/risk.md`.
public enum RiskCode: String, Codable, Sendable, CaseIterable {
    /// The engine is reducing or halted.
    case tradingState = "TRADING_STATE"
    /// An order of this name was already written down.
    case duplicateOrder = "DUPLICATE_ORDER"
    /// The same order was sent too often within five minutes.
    case repeatedOrder = "REPEATED_ORDER"
    /// A reduction would be larger than the position.
    case wouldFlip = "WOULD_FLIP"
    /// The signal row is too old.
    case signalExpired = "SIGNAL_EXPIRED"
    /// The venue's clock is too far from ours.
    case clockSkew = "CLOCK_SKEW"
    /// The market is closed.
    case marketClosed = "MARKET_CLOSED"
    /// There is no price, or it is too old.
    case stalePrice = "STALE_PRICE"
    /// The price has run away from the bar the signal was decided on.
    case priceCollar = "PRICE_COLLAR"
    /// The spread is too wide.
    case spreadCap = "SPREAD_CAP"
    /// Entering costs too much against the price seen.
    case slippageCap = "SLIPPAGE_CAP"
    /// Someone else changed the position, and no operator has acknowledged it.
    case externalPosition = "EXTERNAL_POSITION"
    /// The position would have no stop, or one that would fire at once.
    case stopNotPlaceable = "STOP_NOT_PLACEABLE"
    /// The instrument's own steps or minimums forbid the quantity.
    case instrumentRules = "INSTRUMENT_RULES"
    /// The order is too large by quantity.
    case maxQuantity = "MAX_QUANTITY"
    /// The order is too large by value.
    case maxOrderNotional = "MAX_ORDER_NOTIONAL"
    /// The position would become too large by value.
    case maxPositionNotional = "MAX_POSITION_NOTIONAL"
    /// Everything held would be too much for the equity.
    case maxLeverage = "MAX_LEVERAGE"
    /// A group of assets that move together would hold too much.
    case groupExposure = "GROUP_EXPOSURE"
    /// The asset was entered only just now.
    case cooldown = "COOLDOWN"
    /// Too many opening orders within five minutes.
    case ordersPerFiveMinutes = "ORDERS_5M"
    /// Too many opening orders today.
    case ordersPerDay = "ORDERS_DAY"
    /// Opening orders of too much value within five minutes.
    case turnoverPerFiveMinutes = "TURNOVER_5M"
    /// Opening orders of too much value today.
    case turnoverPerDay = "TURNOVER_DAY"
    /// Too many trades in a row lost.
    case lossStreak = "LOSS_STREAK"
    /// Too much was lost today.
    case dailyLoss = "DAILY_LOSS"
    /// The equity fell too far from its peak.
    case maxDrawdown = "MAX_DRAWDOWN"
    /// Positions were without protection for too long.
    case unprotectedBudget = "UNPROTECTED_BUDGET"
    /// The world outside the venues speaks against entries.
    case regimeRiskOff = "REGIME_RISK_OFF"
    /// Nobody knows what the world outside the venues looks like.
    case regimeStale = "REGIME_STALE"

    /// Whether what the rule saw passes by itself, so that the next row that still wants the trade may ask again.
    package var isPassing: Bool {
        switch self {
        case .clockSkew, .marketClosed, .stalePrice, .spreadCap, .slippageCap, .cooldown, .ordersPerFiveMinutes,
            .turnoverPerFiveMinutes, .regimeRiskOff, .regimeStale:
            true
        default: false
        }
    }
}

/// Why the gate refused an order: a stable code for scripts and a sentence with the figures for people.
public struct RiskRefusal: Error, Hashable, Codable, Sendable {
    /// The rule that refused.
    public let code: RiskCode
    /// The instrument.
    public let symbol: Symbol
    /// The order that did not leave.
    public let clientID: ClientOrderID
    /// What the rule saw and what it allows, in short: `0.41 > 0.30`.
    public let figures: String
    /// The same as a sentence.
    public let sentence: String
    /// When.
    public let at: Timestamp

    /// Rule, figures and time of day: `SPREAD_CAP 0.41 > 0.30 at 12:04:10`.
    public var summary: String { "\(code.rawValue) \(figures) at \(at.timeOfDay)" }
}

extension Timestamp {
    /// The time of day in UTC: `12:04:10`.
    public var timeOfDay: String {
        let seconds = Int(milliseconds / 1000 % 86_400)
        return [seconds / 3600, seconds / 60 % 60, seconds % 60].map(Figure.two).joined(separator: ":")
    }
}

/// What a rule found, before it is known which order it is about.
package struct RiskFinding: Hashable, Codable, Sendable {
    /// The rule.
    package let code: RiskCode
    /// What it saw and what it allows, in short.
    package let figures: String
    /// The same as a sentence.
    package let sentence: String

    package init(_ code: RiskCode, _ figures: String, _ sentence: String) {
        (self.code, self.figures, self.sentence) = (code, figures, sentence)
    }
}

/// Amounts as people read them.
enum Figure {
    /// At least two digits behind the point, and as many more as it takes to tell `value` from `limit`.
    static func text(_ value: FixedDecimal, against limit: FixedDecimal) -> String {
        for digits in 2..<FixedDecimal.fractionDigits {
            let rounded = value.quantised(to: step(digits), rounding: .halfEven)
            if (rounded < limit) == (value < limit), (rounded > limit) == (value > limit) { return text(rounded) }
        }
        return text(value)
    }

    /// At least two digits behind the point.
    static func text(_ value: FixedDecimal) -> String {
        let text = value.description
        guard let point = text.firstIndex(of: ".") else { return text + ".00" }
        let digits = text.distance(from: point, to: text.endIndex) - 1
        return digits < 2 ? text + "0" : text
    }

    /// `value > limit`.
    static func over(_ value: FixedDecimal, _ limit: FixedDecimal) -> String {
        "\(text(value, against: limit)) > \(text(limit))"
    }

    private static func step(_ digits: Int) -> FixedDecimal {
        FixedDecimal(units: (digits..<FixedDecimal.fractionDigits).reduce(1) { part, _ in part * 10 })
    }
}

extension Figure {
    /// A moment as `2024-03-04 07:00 UTC`, by the proleptic Gregorian calendar.
    static func time(_ moment: Timestamp) -> String {
        let minutes = Int(moment.milliseconds / 60_000)
        let (year, month, day) = date(minutes / 1440)
        return "\(year)-\(two(month))-\(two(day)) \(two(minutes / 60 % 24)):\(two(minutes % 60)) UTC"
    }

    /// The civil date of a day since 1970-01-01, which is not negative: eras of 400 years begin on 1 March, so that the
    /// leap day is the last of its year.
    private static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (
            era * 400 + year + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
