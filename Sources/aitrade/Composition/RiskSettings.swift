import Core
import Engine
import Foundation

/// The limits of the gate as configured. `off` loosens a limit consciously; a key that is not set means its default,
/// and where there is none, no limit, which is shown at start and refused in live mode.
struct RiskSettings {
    /// What the gate allows.
    private(set) var limits = RiskLimits()
    /// The limits that nobody set and that have no default, by key.
    private(set) var unset: [SettingKey] = []
    /// Whether the age at which a signal expires was decided.
    private(set) var hasSignalAge = false
    /// Where readings of the regime come from; nil for nowhere.
    private(set) var regimeSource: String?

    /// The limits that live trading must not leave to chance: there is no default that fits every account.
    static let neededInLive: [SettingKey] = [
        .riskMaxOrderNotional, .riskMaxPositionNotional, .riskMaxQuantity, .riskMaxLeverage,
    ]

    /// Reads every limit.
    ///
    /// - Throws: ``CommandFailure`` (78) naming the key that is malformed.
    init(_ reader: SettingReader) throws {
        let standard = RiskLimits.standard
        limits.breaches = try breaches(reader)
        try readSizes(reader)
        try readMarket(reader, standard)
        hasSignalAge = try reader.text(.riskSignalTTLSeconds) != nil
        try readPace(reader, standard)
        limits.dailyLoss = try money(reader, .riskMaxDailyLoss, standard.dailyLoss)
        limits.drawdownPercent = try percent(reader, .riskMaxDrawdownPct, standard.drawdownPercent)
        limits.lossStreak = try count(reader, .riskMaxLossStreak, standard.lossStreak)
        try readRegime(reader)
    }

    /// Live trading needs a decision about every limit: a number or a conscious `off`. A rehearsal at venues on this
    /// machine goes on without; what nobody set is shown at its start.
    ///
    /// - Throws: ``CommandFailure`` (78) naming the first key without one.
    func requireDecisions(isRehearsal: Bool) throws {
        let missing = Self.neededInLive.filter(unset.contains).map(\.rawValue)
        guard !isRehearsal, !missing.isEmpty else { return }
        let names = missing.joined(separator: ", ")
        let needs = missing.count == 1 ? "is not set, and live trading needs a limit" : "are not set, live needs limits"
        throw CommandFailure(
            .configuration, "\(names) \(needs)",
            fix:
                "set \(missing.count == 1 ? names : "each") to a number that fits the account, or to off if you really "
                + "want none")
    }

    private mutating func readSizes(_ reader: SettingReader) throws {
        limits.maxOrderNotional = try money(reader, .riskMaxOrderNotional, nil)
        limits.maxPositionNotional = try money(reader, .riskMaxPositionNotional, nil)
        limits.maxQuantity = try limit(reader, .riskMaxQuantity, nil) { try reader.amount($0, Quantity.init) }
        limits.maxLeverage = try percent(reader, .riskMaxLeverage, nil)
        let shared = try money(reader, .riskMaxGroupNotional, nil)
        guard let text = try reader.text(.riskGroups), text != "off" else {
            unset.removeAll { $0 == .riskMaxGroupNotional }
            return
        }
        guard let groups = Self.groups(text) else {
            throw reader.malformed(
                .riskGroups, text,
                "groups such as majors:BTCUSDT+ETHUSDT,banks:SBER+VTBR, each with two symbols or more")
        }
        guard let shared else {
            throw CommandFailure(
                .configuration, "RISK_GROUPS is set, but RISK_MAX_GROUP_NOTIONAL is not",
                fix: "set RISK_MAX_GROUP_NOTIONAL to what the members of a group may hold together")
        }
        limits.correlation = CorrelationGroups(groups, limit: shared)
    }

    private mutating func readMarket(_ reader: SettingReader, _ standard: RiskLimits) throws {
        limits.priceCollarPercent = try percent(reader, .riskPriceCollarPct, standard.priceCollarPercent)
        limits.spreadPercent = try percent(reader, .riskMaxSpreadPct, standard.spreadPercent)
        limits.slippagePercent = try percent(reader, .riskMaxSlippagePct, standard.slippagePercent)
        limits.slippageHold = try span(reader, .riskSlippageHoldSeconds, standard.slippageHold)
        limits.stalePriceAfter = try span(reader, .riskStalePriceSeconds, standard.stalePriceAfter)
        limits.signalExpiresAfter = try span(reader, .riskSignalTTLSeconds, standard.signalExpiresAfter)
        limits.maxClockSkew = try limit(reader, .riskMaxClockSkewMs, standard.maxClockSkew) {
            try reader.count($0).map { .milliseconds(Int64($0)) }
        }
    }

    private mutating func readPace(_ reader: SettingReader, _ standard: RiskLimits) throws {
        limits.cooldown = try span(reader, .riskCooldownSeconds, standard.cooldown)
        limits.repeatedOrders = try count(reader, .riskMaxRepeatedOrders, standard.repeatedOrders)
        limits.ordersPerFiveMinutes = try count(reader, .riskMaxOrders5m, nil)
        limits.turnoverPerFiveMinutes = try money(reader, .riskMaxTurnover5m, nil)
        limits.ordersPerDay = try count(reader, .riskMaxOrdersDay, standard.ordersPerDay)
        limits.turnoverPerDay = try money(reader, .riskMaxTurnoverDay, standard.turnoverPerDay)
    }

    private func breaches(_ reader: SettingReader) throws -> BreachRules {
        var rules = BreachRules()
        func action(_ key: SettingKey) throws -> BreachRules.Action {
            try reader.choice(key, of: BreachRules.Action.self) ?? .reducing
        }
        rules.dailyLoss = try action(.riskOnDailyLoss)
        rules.drawdown = try action(.riskOnDrawdown)
        rules.lossStreak = try action(.riskOnLossStreak)
        rules.repeatedOrders = try action(.riskOnRepeatedOrders)
        rules.unprotectedBudget = try action(.riskOnUnprotectedBudget)
        return rules
    }

    private mutating func readRegime(_ reader: SettingReader) throws {
        regimeSource = try reader.text(.riskRegimeSource).flatMap { $0 == "off" ? nil : $0 }
        let shrink = try reader.amount(.riskRegimeShrink) { $0 } ?? FixedDecimal("0.5") ?? .one
        guard shrink < .one else {
            throw reader.malformed(.riskRegimeShrink, "\(shrink)", "a share above 0 and below 1, such as 0.5")
        }
        let shrinks = try reader.choice(.riskRegimeAction, among: ["block", "shrink"]) == "shrink"
        let standard = RegimeRules()
        let rules = RegimeRules(
            action: shrinks ? .shrink(shrink) : .block,
            dollarIndexPercent: try percent(reader, .riskRegimeDXYPct, standard.dollarIndexPercent),
            bitcoinDominancePercent: try percent(reader, .riskRegimeDominancePct, standard.bitcoinDominancePercent),
            beforeMeeting: try limit(reader, .riskRegimeFOMCHours, standard.beforeMeeting) {
                try reader.count($0).map { .seconds(Int64($0) * 3600) }
            },
            staleAfter: try reader.seconds(.riskRegimeMaxAgeSeconds) ?? standard.staleAfter)
        if regimeSource != nil { limits.regime = rules }
    }

    /// `name:AAA+BBB,name:CCC+DDD`.
    private static func groups(_ text: String) -> [CorrelationGroups.Group]? {
        var groups: [CorrelationGroups.Group] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: ":", omittingEmptySubsequences: false).map { String($0).trimmed }
            guard pieces.count == 2, !pieces[0].isEmpty, !groups.contains(where: { $0.name == pieces[0] }) else {
                return nil
            }
            let names = pieces[1].split(separator: "+", omittingEmptySubsequences: false)
            let symbols = names.compactMap { Symbol(String($0).trimmed) }
            guard symbols.count == names.count, symbols.count > 1, Set(symbols).count == symbols.count else {
                return nil
            }
            groups.append(CorrelationGroups.Group(name: pieces[0], symbols: symbols))
        }
        return groups
    }
}

extension RiskSettings {
    /// One limit: what is set, nothing when it is `off`, the default when it is not set.
    private mutating func limit<Value>(
        _ reader: SettingReader, _ key: SettingKey, _ standard: Value?, _ read: (SettingKey) throws -> Value?
    ) throws -> Value? {
        switch try reader.text(key) {
        case nil:
            if standard == nil { unset.append(key) }
            return standard
        case "off": return nil
        case .some: return try read(key)
        }
    }

    private mutating func money(
        _ reader: SettingReader, _ key: SettingKey, _ standard: MoneyLimit?
    ) throws -> MoneyLimit? {
        try limit(reader, key, standard) { key in
            let text = try reader.text(key) ?? ""
            guard let money = MoneyLimit(text) else {
                throw reader.malformed(
                    key, text, "a positive number such as 1000, numbers by currency such as USDT:1000,RUB:100000, off")
            }
            return money
        }
    }

    private mutating func percent(
        _ reader: SettingReader, _ key: SettingKey, _ standard: FixedDecimal?
    ) throws -> FixedDecimal? {
        try limit(reader, key, standard) { try reader.amount($0) { $0 } }
    }

    private mutating func count(_ reader: SettingReader, _ key: SettingKey, _ standard: Int?) throws -> Int? {
        try limit(reader, key, standard) { try reader.count($0) }
    }

    private mutating func span(
        _ reader: SettingReader, _ key: SettingKey, _ standard: TimeSpan?
    ) throws -> TimeSpan? {
        try limit(reader, key, standard) { try reader.seconds($0) }
    }
}

extension SettingReader {
    /// A whole number of at least one.
    func count(_ key: SettingKey) throws -> Int? {
        guard let value = try text(key) else { return nil }
        guard let count = Int(value), (1...1_000_000).contains(count) else {
            throw malformed(key, value, "a whole number, at least 1")
        }
        return count
    }
}
