import Core

/// What may be done with an instrument at a moment.
package enum TInvestStatus: String, CaseIterable, Codable, Sendable {
    /// Nothing may be done.
    case unavailable = "NOT_AVAILABLE_FOR_TRADING"
    /// Orders gather before the opening; limit orders only.
    case openingAuction = "OPENING_AUCTION_PERIOD"
    /// A pause.
    case pause = "BREAK_IN_TRADING"
    /// The exchange trades.
    case normal = "NORMAL_TRADING"
    /// Orders gather before the close; limit orders only.
    case closingAuction = "CLOSING_AUCTION"
    /// An auction after a large move.
    case discreteAuction = "DISCRETE_AUCTION"
    /// The session is over.
    case closed = "SESSION_CLOSE"
    /// The broker trades with its clients while the exchange is closed.
    case dealer = "DEALER_NORMAL_TRADING"
    /// The broker pauses.
    case dealerPause = "DEALER_BREAK_IN_TRADING"

    /// As the contract spells it.
    package var wire: String { "SECURITY_TRADING_STATUS_\(rawValue)" }

    /// Whether orders meet as they come.
    var isContinuous: Bool { self == .normal || self == .dealer }

    /// Whether limit orders are taken.
    var takesLimits: Bool {
        switch self {
        case .openingAuction, .normal, .closingAuction, .discreteAuction, .dealer: true
        case .unavailable, .pause, .closed, .dealerPause: false
        }
    }
}

/// When the exchange trades: phases of the week in Moscow time, holidays, and halts.
package struct TInvestCalendar: Codable, Hashable, Sendable {
    /// A part of a day.
    package struct Phase: Codable, Hashable, Sendable {
        /// Days of the week, 1 is Monday.
        package var days: [Int]
        /// When it begins, `09:50`, Moscow time.
        package var from: String
        /// When it ends, at most `24:00`.
        package var to: String
        /// What may be done in it.
        package var status: TInvestStatus

        /// A phase from its parts.
        package init(_ days: [Int], _ from: String, _ to: String, _ status: TInvestStatus) {
            (self.days, self.from, self.to, self.status) = (days, from, to, status)
        }

        var start: Int64 { TInvestCalendar.minutes(from) ?? 0 }
        var end: Int64 { TInvestCalendar.minutes(to) ?? 0 }
    }

    /// A stop of trading that the week does not know.
    package struct Halt: Codable, Hashable, Sendable {
        /// The instrument; all without it.
        package var symbol: String?
        /// When it begins, RFC 3339 in UTC.
        package var from: String
        /// When it ends.
        package var to: String
        /// What may be done meanwhile; nothing by default.
        package var status: TInvestStatus?

        /// A halt from its parts.
        package init(symbol: String? = nil, from: String, to: String, status: TInvestStatus? = nil) {
            (self.symbol, self.from, self.to, self.status) = (symbol, from, to, status)
        }
    }

    /// The week.
    package var phases: [Phase]
    /// Days without trading, `2026-01-01`.
    package var holidays: [String]?
    /// Halts.
    package var halts: [Halt]?

    /// A calendar from its parts.
    package init(phases: [Phase], holidays: [String] = [], halts: [Halt] = []) {
        (self.phases, self.holidays, self.halts) = (phases, holidays, halts)
    }

    /// Trading around the clock, so that the twin can be used at any hour.
    package static let always = TInvestCalendar(phases: [Phase([1, 2, 3, 4, 5, 6, 7], "00:00", "24:00", .normal)])

    /// The documented week of Moscow: auctions, main and evening session, the broker's own weekend.
    package static let moscow: TInvestCalendar = {
        let week = [1, 2, 3, 4, 5]
        return TInvestCalendar(phases: [
            Phase(week, "09:50", "10:00", .openingAuction), Phase(week, "10:00", "18:40", .normal),
            Phase(week, "18:40", "18:50", .closingAuction), Phase(week, "19:00", "19:05", .openingAuction),
            Phase(week, "19:05", "23:50", .normal), Phase([6, 7], "10:00", "19:00", .dealer),
        ])
    }()

    /// What is wrong with it, for people; nil when nothing is.
    package var problem: String? {
        for phase in phases {
            guard let start = Self.minutes(phase.from), let end = Self.minutes(phase.to), start < end else {
                return "a phase runs from 09:50 to 10:00, not from \(phase.from) to \(phase.to)"
            }
            guard phase.days.allSatisfy({ (1...7).contains($0) }) else { return "days are 1 (Monday) to 7" }
        }
        for day in holidays ?? [] where TInvestDate.days(day) == nil { return "\(day) is no date such as 2026-01-01" }
        for halt in halts ?? [] {
            guard let start = TInvestDate.moment(halt.from), let end = TInvestDate.moment(halt.to), start < end else {
                return "a halt runs from 2026-02-02T08:00:00Z to 2026-02-02T09:00:00Z"
            }
        }
        return nil
    }

    static func minutes(_ text: String) -> Int64? {
        let parts = text.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 2, (0...24).contains(parts[0]), (0...59).contains(parts[1]) else { return nil }
        let minutes = parts[0] * 60 + parts[1]
        return minutes <= 1440 ? minutes : nil
    }

    private static let moscowOffset: Int64 = 3 * 3_600_000

    /// The Moscow day of a moment, counted from 1970-01-01, and the minutes since it began.
    static func local(_ moment: Timestamp) -> (day: Int64, minute: Int64) {
        let local = moment.milliseconds + moscowOffset
        let start = local.floored(to: TInvestDate.day)
        return (start / TInvestDate.day, (local - start) / 60_000)
    }

    /// The moment a minute of a Moscow day begins.
    static func moment(day: Int64, minute: Int64) -> Timestamp {
        Timestamp(day * TInvestDate.day + minute * 60_000 - moscowOffset)
    }

    /// The phases of a Moscow day in order; none on a holiday.
    func phases(on day: Int64) -> [Phase] {
        if holidays?.contains(TInvestDate.civil(day)) == true { return [] }
        let weekday = Int((day + 3) % 7) + 1
        return phases.filter { $0.days.contains(weekday) }.sorted { $0.start < $1.start }
    }

    /// What may be done with an instrument.
    func status(_ symbol: Symbol, at moment: Timestamp) -> TInvestStatus {
        for halt in halts ?? [] where (halt.symbol ?? symbol.name) == symbol.name {
            if let start = TInvestDate.moment(halt.from), let end = TInvestDate.moment(halt.to), moment >= start,
                moment < end
            {
                return halt.status ?? .pause
            }
        }
        return weekly(at: moment)
    }

    /// What the week says, halts aside.
    func weekly(at moment: Timestamp) -> TInvestStatus {
        let (day, minute) = Self.local(moment)
        let today = phases(on: day)
        if let phase = today.first(where: { $0.start <= minute && minute < $0.end }) { return phase.status }
        return today.isEmpty ? .unavailable : today.contains { $0.start > minute } ? .pause : .closed
    }

    /// When the trading day of a moment is over; nil on a day without one, and where trading never ends.
    func dayEnd(of moment: Timestamp) -> Timestamp? {
        let day = Self.local(moment).day
        guard let last = phases(on: day).last, last.end < 1440 else { return nil }
        return Self.moment(day: day, minute: last.end)
    }
}
