package import Core

/// Closing and the hours of the market.
extension Desk {
    /// How long a close waits before it is tried in spite of the hour: the news of an opening may be lost, or be wrong.
    private enum Wait {
        /// Nobody said when the market opens.
        static let untold = TimeSpan.seconds(60)
        /// It is to open later.
        static let told = TimeSpan.seconds(900)
        /// It was to open by now.
        static let due = TimeSpan.seconds(5)
    }

    /// When the close that waits is worth another try.
    private var closeDue: Timestamp? {
        guard let tried = closedTriedAt else { return nil }
        guard let next = risk.nextSession else { return tried + Wait.untold }
        return next > tried ? min(next, tried + Wait.told) : tried + Wait.due
    }

    /// Whether a close is worth sending: the market is open, or should be, or was said to be closed so long ago that
    /// the news of its opening may be lost. A closed one then refuses, which costs nothing.
    mutating func mayClose(at now: Timestamp) -> Bool {
        guard !risk.isOpen else {
            if closedTriedAt != nil || residualTold != nil { (residualTold, closedTriedAt) = (nil, nil) }
            return true
        }
        guard let due = closeDue else {
            closedTriedAt = now
            return risk.nextSession.map { $0 <= now } ?? false
        }
        guard due <= now else { return false }
        closedTriedAt = now
        return true
    }

    /// What stays open because a close waits for the market, and its worth as far as it is known; nil when none waits.
    package var residual: (quantity: Quantity, worth: Money?)? {
        guard let held = residualTold, !risk.isOpen else { return nil }
        let price = lastPrice ?? referencePrice ?? position.averagePrice
        return (held, price?.notional(held).magnitude)
    }

    /// The market is closed: the close waits for it, and what stays open is told once, in money.
    ///
    /// - Parameter isTried: Whether it is tried in spite of the hour; where a stop looks after it, the opening decides.
    mutating func queueClose(of held: Quantity, isTried: Bool = true) -> [Effect] {
        closeAgainAt = isTried ? closeDue : nil
        guard residualTold != held else { return [] }
        residualTold = held
        let worth = residual?.worth.map { "\($0) \(rules.asset.instrument.quote.code)" } ?? "unknown"
        let until = risk.nextSession.map { " until \(Figure.time($0))" } ?? ""
        let message =
            "\(symbol): the market at \(broker) is closed\(until); \(held) stay open, worth \(worth); "
            + "the close is queued"
        return [.alert(Alert(.critical, "RESIDUAL_EXPOSURE", message))]
    }

    /// A venue told whether its market is open. What waited for the opening goes on.
    mutating func session(isOpen: Bool, next: Timestamp?, _ state: TradingState, at now: Timestamp) -> [Effect] {
        let opens = isOpen && !risk.isOpen
        risk.session(isOpen: isOpen, next: next)
        return opens ? settle(state, at: now) : []
    }

    // MARK: Held closes

    /// A position without a stop is not left alone for ever because its venue refused to close it so often.
    private static let holdOfNaked = TimeSpan.seconds(120)

    /// Closing was refused too often.
    mutating func holdClosing(at now: Timestamp) { (isHeld, heldAt) = (true, now) }

    /// Closing is tried again from the start.
    mutating func resumeClosing() {
        guard isHeld else { return }
        (isHeld, heldAt) = (false, nil)
        clearRefusals()
    }

    /// When a held close is tried again by itself; nil where the position is guarded, or is none.
    var holdEnds: Timestamp? {
        guard isHeld, protection.exposedSince != nil, !isDust else { return nil }
        return heldAt.map { $0 + Self.holdOfNaked }
    }
}
