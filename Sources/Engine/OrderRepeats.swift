package import Core

/// Orders that are sent more than once under their one name.
package struct OrderRepeats: Hashable, Codable, Sendable {
    private struct Sending: Hashable, Codable, Sendable {
        var times = 1
        /// When to send it again.
        var againAt: Timestamp?
        /// Whether an earlier one may have arrived, so that a refusal of the next proves nothing.
        var isBlind = false
        /// Whether it is not sent again whatever happens.
        var isOver = false
    }

    private var sendings: [ClientOrderID: Sending] = [:]
    /// How many are to be sent again: mostly none.
    private var waiting = 0

    package init() {}

    /// Plans to send `id` again; the pause doubles each time.
    ///
    /// - Returns: False when it was sent `attempts` times already.
    package mutating func plan(
        _ id: ClientOrderID, attempts: Int, spacing: TimeSpan, isBlind: Bool, at now: Timestamp
    ) -> Bool {
        var sending = sendings[id] ?? Sending()
        guard sending.times < attempts, !sending.isOver else { return false }
        if sending.againAt == nil { waiting += 1 }
        sending.againAt = sending.againAt ?? now + spacing * (1 << min(sending.times - 1, 5))
        sending.isBlind = sending.isBlind || isBlind
        sendings[id] = sending
        return true
    }

    /// It is not sent again: what it was meant for has changed meanwhile.
    package mutating func end(_ id: ClientOrderID) { sendings[id]?.isOver = true }

    /// It was sent again.
    package mutating func sent(_ id: ClientOrderID) {
        sendings[id]?.times += 1
        answered(id)
    }

    /// The venue answered: it is not sent again.
    package mutating func answered(_ id: ClientOrderID) {
        guard waiting > 0, sendings[id]?.againAt != nil else { return }
        waiting -= 1
        sendings[id]?.againAt = nil
    }

    /// When the next one is to be sent again.
    @inline(__always) package var earliest: Timestamp? {
        // In line for the usual answer alone: what follows copies this.
        guard waiting > 0 else { return nil }
        return earliestWaiting
    }

    private var earliestWaiting: Timestamp? { sendings.keys.sorted().compactMap { sendings[$0]?.againAt }.min() }

    /// When `id` is to be sent again.
    package func againAt(_ id: ClientOrderID) -> Timestamp? { sendings[id]?.againAt }

    /// Whether `id` was sent more than once.
    package func wasSentAgain(_ id: ClientOrderID) -> Bool { sendings[id].map { $0.times > 1 } ?? false }

    /// Whether `id` was sent again although an earlier one may have arrived.
    package func isBlind(_ id: ClientOrderID) -> Bool { sendings[id]?.isBlind ?? false }
}
