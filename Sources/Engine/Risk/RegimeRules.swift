public import Core

/// When the world outside the venues speaks against entries.
public struct RegimeRules: Hashable, Codable, Sendable {
    /// What is done about it.
    public enum Action: Hashable, Codable, Sendable {
        /// Nothing opens.
        case block
        /// Entries are only this share (0 ... 1) of their size.
        case shrink(FixedDecimal)
    }

    /// What is done about it.
    public var action: Action
    /// A rise of the dollar index over a day of more than this, in percent.
    public var dollarIndexPercent: FixedDecimal?
    /// A rise of bitcoin's share of the market over a day of more than this, in percent.
    public var bitcoinDominancePercent: FixedDecimal?
    /// Less than this until the next meeting of the Federal Open Market Committee.
    public var beforeMeeting: TimeSpan?
    /// A reading older than this says nothing; entries are then blocked.
    public var staleAfter: TimeSpan

    /// The rules: 0.35 %, 0.60 %, 8 hours; readings count for six hours.
    public init(
        action: Action = .block, dollarIndexPercent: FixedDecimal? = FixedDecimal("0.35"),
        bitcoinDominancePercent: FixedDecimal? = FixedDecimal("0.6"), beforeMeeting: TimeSpan? = .seconds(8 * 3600),
        staleAfter: TimeSpan = .seconds(6 * 3600)
    ) {
        (self.action, self.dollarIndexPercent) = (action, dollarIndexPercent)
        (self.bitcoinDominancePercent, self.beforeMeeting) = (bitcoinDominancePercent, beforeMeeting)
        self.staleAfter = staleAfter
    }
}

/// What the rules make of a reading.
package enum RegimeStance: Hashable, Codable, Sendable {
    /// Nothing speaks against entries.
    case riskOn
    /// Something does.
    case riskOff(RiskFinding)
    /// Nobody knows: no reading, one that could not be read, or one that is too old.
    case unknown(RiskFinding)

    /// The finding, if there is one.
    package var finding: RiskFinding? {
        switch self {
        case .riskOn: nil
        case .riskOff(let finding), .unknown(let finding): finding
        }
    }
}

extension RegimeRules {
    /// What `reading` means at `now`. What a reading does not tell is not judged; one that tells nothing is unknown.
    package func stance(_ reading: RegimeReading?, at now: Timestamp) -> RegimeStance {
        guard let reading else { return unknown("no reading", "there is no reading of the regime yet") }
        if let fault = reading.fault { return unknown("unreadable", "the regime cannot be read: \(fault)") }
        let age = now - reading.at
        if age > staleAfter {
            let sentence = "the regime was last read \(age.seconds) s ago; readings count for \(staleAfter.seconds) s"
            return unknown("\(age.seconds) s > \(staleAfter.seconds) s", sentence)
        }
        if reading.dollarIndexChange == nil, reading.bitcoinDominanceChange == nil, reading.nextMeeting == nil {
            return unknown("empty", "the reading of the regime says nothing")
        }
        let finding =
            rise(reading.dollarIndexChange, dollarIndexPercent, "DXY", "the dollar index rose")
            ?? rise(
                reading.bitcoinDominanceChange, bitcoinDominancePercent, "BTC.D", "bitcoin's share of the market rose")
            ?? meeting(reading.nextMeeting, at: now)
        return finding.map { .riskOff($0) } ?? .riskOn
    }

    private func unknown(_ figures: String, _ sentence: String) -> RegimeStance {
        .unknown(RiskFinding(.regimeStale, figures, sentence))
    }

    private func rise(
        _ change: FixedDecimal?, _ limit: FixedDecimal?, _ name: String, _ what: String
    ) -> RiskFinding? {
        guard let change, let limit, change > limit else { return nil }
        let sentence = "\(what) by \(Figure.text(change, against: limit)) %, more than \(Figure.text(limit)) %"
        return RiskFinding(.regimeRiskOff, "\(name) \(Figure.over(change, limit))", sentence)
    }

    private func meeting(_ next: Timestamp?, at now: Timestamp) -> RiskFinding? {
        guard let next, let limit = beforeMeeting, next >= now, next - now < limit else { return nil }
        let hours = FixedDecimal(Int((next - now).milliseconds / 36_000)).divided(by: FixedDecimal(100))
        let limitHours = FixedDecimal(Int(limit.milliseconds / 36_000)).divided(by: FixedDecimal(100))
        let sentence = "the committee meets in \(Figure.text(hours)) h, less than \(Figure.text(limitHours)) h from now"
        return RiskFinding(.regimeRiskOff, "FOMC \(Figure.text(hours)) h < \(Figure.text(limitHours)) h", sentence)
    }
}
