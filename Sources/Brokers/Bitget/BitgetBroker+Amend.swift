public import Core

extension BitgetBroker: AmendingBroker {
    /// Moves a protection in place: the position keeps its stop while the stop moves.
    public func amend(_ change: ProtectionChange) async -> AmendOutcome {
        do {
            let dialect = try await language()
            guard let order = try await found(change.clientID, change.symbol), order.isPlan, !order.state.isFinal else {
                return .refused(
                    VenueError(.notFound, code: "UNKNOWN_ORDER", message: "no protection \(change.clientID) waits"))
            }
            _ = try await client.ask(dialect.move(order, trigger: change.trigger, quantity: change.quantity))
            book.amended(change.clientID, trigger: change.trigger, quantity: change.quantity)
            book.hint(change.clientID)
            bell.ring()
            var moved = order
            moved.kind = order.kind.waiting(for: change.trigger)
            if moved.quantity != .zero { moved.quantity = change.quantity }
            return .accepted(report(moved))
        } catch let failure as BitgetFailure {
            return failure.verdict == .unknown ? .silent(failure.error) : .refused(failure.error)
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "BITGET_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
    }
}
