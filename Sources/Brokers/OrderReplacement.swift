package import Core

/// What became of replacing an order.
package enum OrderReplacement: Hashable, Sendable {
    /// The old one is gone, the new one is there.
    case replaced(OrderReport)
    /// The old one executed all that was wanted before it could be cancelled; nothing new was sent.
    case executed(OrderReport)
    /// The old one stands as it was.
    case stands(VenueError)
    /// The failing half: the old one is gone, and no new one is there.
    case gone(OrderReport, VenueError)
    /// The old one may or may not stand, or the new one may or may not be there: ask by name.
    case silent(VenueError)
}

/// How often the end of a cancelled order is looked for.
private let looksAtEnd = 12

extension LiveBroker {
    /// Replaces a waiting order: a cancellation, its confirmation, and a new order under its own name.
    ///
    /// Where venues do the same in one call, the call does not tell which half failed, nor whether what was executed
    /// meanwhile counts.
    ///
    /// - Parameter wanted: The new order; its quantity counts what the old one executed, so that an execution in
    ///   between does not come on top.
    package func replace(_ old: ClientOrderID, with wanted: OrderRequest) async -> OrderReplacement {
        switch await cancel(.client(old), wanted.symbol) {
        case .refused(let error) where error.remedy != .rejected: return .stands(error)
        case .accepted, .silent, .refused: break
        }
        let ended: OrderReport
        do {
            guard let found = try await end(of: old, wanted.symbol) else {
                return .silent(
                    VenueError(
                        .unknownOutcome, code: "NOT_CANCELLED", message: "\(old) does not end; ask for it"))
            }
            ended = found
        } catch {
            return .silent(
                VenueError(.unknownOutcome, code: "REPLACEMENT_DOUBTFUL", message: "\(old): \(error)"))
        }
        let left = wanted.quantity - ended.filled
        guard left > .zero else { return .executed(ended) }
        let request = OrderRequest(
            clientID: wanted.clientID, symbol: wanted.symbol, side: wanted.side, quantity: left,
            kind: wanted.kind,
            reduceOnly: wanted.reduceOnly, purpose: wanted.purpose)
        return switch await submit(request) {
        case .accepted(let report): .replaced(report)
        case .refused(let error): .gone(ended, error)
        case .silent(let error): .silent(error)
        }
    }

    private func end(of id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        for look in 0..<looksAtEnd {
            if look > 0 { try await Task.sleep(for: .milliseconds(25 << min(look, 5))) }
            if let report = try await order(id, symbol), report.state.isFinal { return report }
        }
        return nil
    }
}
