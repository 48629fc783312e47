public import Core

extension BitgetBroker {
    public func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        do {
            let dialect = try await language()
            let order = try await target(reference, symbol)
            guard let order, !order.state.isFinal else {
                return .refused(
                    order.map { VenueError(.rejected, code: "ENDED", message: "\(reference) is \($0.state.rawValue)") }
                        ?? VenueError(.notFound, code: "UNKNOWN_ORDER", message: "\(reference) is not known"))
            }
            if order.isPlan {
                guard try await client.ask(dialect.unprotect(order)) else {
                    return .refused(VenueError(.rejected, code: "NOT_CANCELLED", message: "nothing was cancelled"))
                }
            } else {
                _ = try await client.ask(dialect.cancel(.venue(order.orderID), symbol, list: order.list))
            }
            // The venue took the wish; a reading tells when it is done.
            if let id = book.clientID(of: order) { book.expectEnd(id) }
            bell.ring()
            return .accepted(report(order))
        } catch let failure as BitgetFailure {
            return failure.verdict == .unknown ? .silent(failure.error) : .refused(failure.error)
        } catch {
            let error = error as? VenueError ?? VenueError(.retryable, code: "BITGET_NOT_SENT", message: "\(error)")
            return .refused(Self.certain(error))
        }
    }

    /// The order that is meant, as the venue has it now.
    private func target(_ reference: OrderReference, _ symbol: Symbol) async throws -> BitgetOrder? {
        switch reference {
        case .client(let id): return try await found(id, symbol)
        case .venue(let id):
            if let known = book.plan(id) { return try await waitingPlan { $0.orderID == id } ?? known.ended }
            // Where open orders stand in several lists, only the list tells in which.
            if let listed = book.listed(id) { return listed }
            if let order = try await detail(.venue(id), symbol) { return order }
            return try await waitingPlan { $0.orderID == id }
        }
    }

    /// One order may be cancelled once a second; alone it is told so by the answer, among many by its row.
    private static let cancelSpacing = Duration.milliseconds(1100)
    private static let tooOften = "BITGET_45129"

    /// Cancels all orders and protections of a symbol, ours or not. What the venue has no time for, such as an order
    /// that somebody cancelled a moment ago and that is still there, is cancelled again a second later.
    ///
    /// - Throws: `VenueError`.
    package func cancelAll(_ symbol: Symbol) async throws {
        var failures: [BitgetFailure] = []
        for round in 0..<3 {
            if round > 0 { try await Task.sleep(for: Self.cancelSpacing) }
            failures = try await cancelEach(symbol)
            if !failures.contains(where: { $0.verdict == .retry || $0.error.code == Self.tooOften }) { break }
        }
        book.hintAll()
        bell.ring()
        if let first = failures.first { throw first.error }
    }

    /// One round: whatever fails keeps nothing else from being cancelled.
    private func cancelEach(_ symbol: Symbol) async throws -> [BitgetFailure] {
        let dialect = try await language()
        var failures: [BitgetFailure] = []
        func cancel<Answer>(_ question: BitgetQuestion<Answer>) async {
            do {
                _ = try await client.ask(question)
            } catch {
                // What has ended meanwhile needs no cancellation.
                if ![.ended, .notFound].contains(error.verdict) { failures.append(error) }
            }
        }
        await cancel(dialect.cancelAll(symbol))
        // What the call for all of them leaves out, such as orders of a list of their own.
        for order in try await openOrders() where order.symbol == symbol && order.list != nil {
            await cancel(dialect.cancel(.venue(order.orderID), symbol, list: order.list))
        }
        for plan in try await allPlans() where plan.symbol == symbol { await cancel(dialect.unprotect(plan)) }
        return failures
    }

    /// Closes a position at market in one call, outside the port: for hands, when orders of our own cannot be sent.
    ///
    /// - Throws: `VenueError`.
    package func flashClose(_ symbol: Symbol) async throws -> [String] {
        guard settings.market == .futures else {
            throw VenueError(.rejected, code: "NO_FLASH_CLOSE", message: "spot has no call that closes a position")
        }
        let dialect = try await language()
        guard try await stance(symbol, opens: false).isHedge else {
            return try await ask(dialect.flashClose(symbol, isLong: nil))
        }
        var closed: [String] = []
        for position in try await ask(dialect.positions()) where position.symbol == symbol {
            closed += try await ask(dialect.flashClose(symbol, isLong: position.isLong))
        }
        return closed
    }
}

extension BitgetOrder {
    /// The same order as it is when the venue lists it no more.
    fileprivate var ended: BitgetOrder {
        var order = self
        if !order.state.isFinal { order.state = .cancelled }
        return order
    }
}
