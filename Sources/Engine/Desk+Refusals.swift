import Core

extension Desk {
    /// Follows up on news of an order that was in `before`.
    mutating func settled(
        _ order: Order?, after before: OrderState?, reason: String?, _ state: TradingState, at now: Timestamp
    ) -> [Effect] {
        guard let order else { return [] }
        let isNews = before?.isFinal != true
        var effects: [Effect] = []
        if order.request.kind.isProtective {
            heardOfProtection(order, at: now)
            if order.state == .working { protectionRefusals = RefusalCount() }
            if isNews, order.state == .rejected { effects += countProtectionRefusal(reason ?? "REJECTED") }
        } else if isNews, cameToNothing(order) {
            effects += countRefusal(of: order, reason: reason ?? order.state.rawValue, at: now)
        }
        return effects + settle(state, at: now)
    }

    /// Whether an order ended undone although we did not ask for that.
    private func cameToNothing(_ order: Order) -> Bool {
        switch order.state {
        case .rejected: true
        case .cancelled, .expired: order.request.reduceOnly && !orders.wasCancelled(order.request.clientID)
        case .intended, .sent, .working, .partiallyFilled, .cancelling, .unknown, .filled: false
        }
    }

    /// How every broker refuses an exit of what is not there.
    private static let nothingToClose = "NOTHING_TO_CLOSE"

    /// Gives up closing after too many refusals for one reason, or three times as many for any: what a venue refuses at
    /// once would otherwise be sent again at once, without end.
    private mutating func countRefusal(of order: Order, reason: String, at now: Timestamp) -> [Effect] {
        let message = "\(symbol): \(order.request.purpose.rawValue) order refused: \(reason)"
        let limit = rules.timing.identicalRefusals
        if !order.request.reduceOnly {
            guard entryRefusals.count(reason, limit: limit), entriesHeld == nil else {
                return [.alert(Alert(.warning, "ORDER_REFUSED", message))]
            }
            entriesHeld = "the venue refuses entries: \(reason)"
            return [.alert(Alert(.critical, "SYMBOL_HELD", message + "; no further entry until acknowledged"))]
        }
        // The venue sold what there was: what the books have left is asked for once more.
        if order.filled > .zero, isDust { return [] }
        if reason == Self.nothingToClose, isDust {
            // The venue holds no position, and what the books have left is none: the next reading takes it away.
            holdClosing(at: now)
            let sentence = "\(symbol): \(position.quantity) is too little to be sold; nothing more is tried"
            return [.alert(Alert(.notice, "DUST_LEFT", sentence))]
        }
        // Of a closed market nothing else can be expected: the close waits for the opening.
        guard risk.isOpen else { return [.alert(Alert(.warning, "ORDER_REFUSED", message))] }
        guard closingRefusals.count(reason, limit: limit), !isHeld else {
            if isHeld, order.request.purpose == .flatten { heldAt = now }
            return [.alert(Alert(.warning, "ORDER_REFUSED", message))]
        }
        holdClosing(at: now)
        return [.alert(Alert(.critical, "SYMBOL_HELD", message + "; no further attempt until the next signal"))]
    }

    /// How the codes of all brokers end for an order of more than the venue takes at once.
    private static let tooLarge = "TOO_LARGE"

    /// A venue that keeps refusing protective orders is not asked any more: every level is watched, and nothing is
    /// entered that it would not protect. One that is too large says nothing of the next: only its level is watched.
    private mutating func countProtectionRefusal(_ reason: String) -> [Effect] {
        let message = "\(symbol): protective order refused: \(reason)"
        guard !reason.hasSuffix(Self.tooLarge),
            protectionRefusals.count(reason, limit: rules.timing.identicalRefusals), !isNativeHeld
        else {
            return [.alert(Alert(.warning, "PROTECTION_REFUSED", message + "; watching the level instead"))]
        }
        isNativeHeld = true
        entriesHeld = entriesHeld ?? "the venue refuses protective orders: \(reason)"
        return [.alert(Alert(.critical, "SYMBOL_HELD", message + "; no further entry until acknowledged"))]
    }

    /// A person knows why the venue refused so often: entries, exits and native protections are tried again.
    mutating func tryAgain() {
        resumeClosing()
        (entriesHeld, isNativeHeld) = (nil, false)
        (entryRefusals, protectionRefusals) = (RefusalCount(), RefusalCount())
    }

    /// What was refused before does not count any more.
    mutating func clearRefusals() { closingRefusals = RefusalCount() }

    /// A report that does not fit our books: an order of someone else, or one that we took for refused and that stands
    /// all the same.
    func foreign(_ report: OrderReport, _ before: OrderState?) -> [Effect] {
        guard !report.state.isFinal else { return [] }
        guard let id = report.clientID, before != nil else {
            let message = "\(symbol): order \(report.venueOrderID) is none of ours"
            return [.alert(Alert(.warning, "EXTERNAL_ORDER", message))]
        }
        guard before == .rejected else { return [] }
        let message = "\(symbol): order \(report.venueOrderID) stands although it was refused; cancelling it"
        return [.alert(Alert(.warning, "ORDER_AFTER_REFUSAL", message)), .cancel(.client(id), symbol, broker)]
    }
}
