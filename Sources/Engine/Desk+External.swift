import Core

/// Positions that somebody else changed, until an operator acknowledges that. Entries are held; what the strategy
/// opened it may leave all the same, because an exit that is dropped comes only once.
extension Desk {
    /// Notes whether the strategy opened a part of what is adopted. What is wanted of it is forgotten with the goal.
    mutating func noteOwner(_ before: Quantity) {
        let isOurs = goal != nil || external.holdsOurs == true
        let isLeft = before != .zero && position.quantity != .zero && !before.isOpposite(to: position.quantity)
        external.holdsOurs = isOurs && isLeft ? true : nil
    }

    /// Whether a row ends what the strategy opened and somebody else changed. A position that only others opened is
    /// theirs to close.
    func leavesAdopted(_ row: SignalRow) -> Bool {
        guard external.holdsOurs == true, !position.isFlat else { return false }
        return position.quantity > .zero ? row.target <= 0 : row.target >= 0
    }

    /// A row while entries wait for an acknowledgement.
    mutating func actHeld(on row: SignalRow, _ state: TradingState, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        if leavesAdopted(row) {
            if isHeld, !isDust { resumeClosing() }
            // Flat, whatever the row wants next: with the acknowledgement its entry is decided anew.
            let flat = SignalRow(
                symbol: symbol, time: row.time, target: 0, confidence: row.confidence, stop: nil, takeProfit: nil,
                fold: row.fold)
            pursue(Goal(row: flat, quantity: .zero, stop: nil, takeProfit: nil, reversedAt: nil))
            effects = settle(state, at: now)
        }
        guard row.target != 0 else { return effects }
        let refusal = externalRefusal(row, at: now)
        lastRefusal = refusal
        risk.refused(refusal)
        return effects + [.refuse(refusal)]
    }

    /// Why a row is not acted on while an external position waits for an acknowledgement.
    private func externalRefusal(_ row: SignalRow, at now: Timestamp) -> RiskRefusal {
        let id = ClientOrderID.derived(
            artifact: rules.artifact, account: rules.account, symbol: symbol, time: row.time, leg: 0, purpose: .entry)
        return RiskRefusal(
            code: .externalPosition, symbol: symbol, clientID: id, figures: "\(position.quantity)",
            sentence: "someone else changed the position; aitrade acknowledge \(symbol) lets entries go on", at: now)
    }

    /// An operator knows of the external position.
    ///
    /// - Returns: Whether there was one to acknowledge.
    mutating func acknowledge() -> Bool {
        let wasRefused = entriesHeld != nil || isNativeHeld || isHeld
        tryAgain()
        guard hold == .external else { return wasRefused }
        hold = nil
        return true
    }
}
