package import Core

/// A day of a trading calendar.
package struct TinkoffDay: Hashable, Sendable {
    /// Whether there is any trading.
    package var isTrading: Bool
    /// The stretches of time in which the exchange trades, oldest first.
    package var sessions: [Range<Int64>]
    /// The stretches in which the broker makes the market.
    package var dealer: [Range<Int64>]

    /// A day as the venue tells it.
    package static func read(_ day: JSONValue) -> TinkoffDay {
        func moment(_ key: StaticString) -> Int64? { TinkoffReading.moment(day[key])?.milliseconds }
        func stretch(_ from: Int64?, _ to: Int64?) -> Range<Int64>? {
            guard let from, let to, from < to else { return nil }
            return from..<to
        }
        var sessions = [
            stretch(moment("premarketStartTime"), moment("premarketEndTime")),
            stretch(moment("startTime"), moment("endTime")),
            stretch(moment("eveningStartTime"), moment("eveningEndTime")),
        ].compactMap { $0 }
        var dealer: [Range<Int64>] = []
        for interval in day["intervals"]?.elements ?? [] {
            let times = interval["interval"]
            guard
                let range = stretch(
                    TinkoffReading.moment(times?["startTs"])?.milliseconds,
                    TinkoffReading.moment(times?["endTs"])?.milliseconds)
            else { continue }
            let word = interval["type"]?.string ?? ""
            if word.contains("dealer") {
                dealer.append(range)
            } else if word.contains("regular") || word.contains("main") || word.contains("evening") {
                sessions.append(range)
            }
        }
        // On weekends, where the broker alone trades, the day's own hours are its; on other days it trades besides.
        sessions.removeAll { session in
            isWeekend(session.lowerBound)
                && dealer.contains { $0.lowerBound <= session.lowerBound && session.upperBound <= $0.upperBound }
        }
        let isTrading = day["isTradingDay"]?.flag ?? false
        return TinkoffDay(
            isTrading: isTrading, sessions: isTrading ? sessions.sorted { $0.lowerBound < $1.lowerBound } : [],
            dealer: dealer.sorted { $0.lowerBound < $1.lowerBound })
    }

    /// Whether it is Saturday or Sunday in Moscow; 1970 began on a Thursday.
    private static func isWeekend(_ milliseconds: Int64) -> Bool {
        ((milliseconds + 3 * 3_600_000) / 86_400_000 + 3) % 7 >= 5
    }

    /// A day from its parts.
    package init(isTrading: Bool, sessions: [Range<Int64>], dealer: [Range<Int64>] = []) {
        (self.isTrading, self.sessions, self.dealer) = (isTrading, sessions, dealer)
    }
}

/// When an instrument can be traded: the calendar says what is planned, the status what is. The status decides.
package struct TinkoffSchedule: Hashable, Sendable {
    /// What a session event says.
    package struct Session: Hashable, Sendable {
        /// Whether a position can be left now.
        package var isOpen: Bool
        /// When that changes next, as far as it is planned.
        package var next: Timestamp?

        /// A session from its parts.
        package init(isOpen: Bool, next: Timestamp?) { (self.isOpen, self.next) = (isOpen, next) }
    }

    private var days: [TinkoffDay]
    private let withDealer: Bool

    /// A calendar of some days.
    package init(_ days: [TinkoffDay] = [], withDealer: Bool = false) {
        (self.days, self.withDealer) = (days, withDealer)
    }

    private var stretches: [Range<Int64>] {
        days.flatMap { $0.sessions + (withDealer ? $0.dealer : []) }.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// The next planned opening after a moment.
    package func opening(after now: Timestamp) -> Timestamp? {
        stretches.first { $0.lowerBound > now.milliseconds }.map { Timestamp(milliseconds: $0.lowerBound) }
    }

    /// The planned end of what is open.
    package func closing(after now: Timestamp) -> Timestamp? {
        stretches.filter { $0.contains(now.milliseconds) }.map(\.upperBound).max().map { Timestamp(milliseconds: $0) }
    }

    /// The session by the status; without one, by the calendar.
    package func session(_ status: TinkoffStatus?, at now: Timestamp) -> Session {
        let isPlanned = closing(after: now) != nil
        let isOpen = status.map { $0.takesExits && (withDealer || !$0.isDealer) } ?? isPlanned
        if isOpen { return Session(isOpen: true, next: closing(after: now)) }
        // A halt in the middle of a session ends when nobody knows; the broker's own session is none of ours.
        let isHalted = isPlanned && status?.isDealer != true
        return Session(isOpen: false, next: isHalted ? nil : opening(after: now))
    }
}
