import Core

/// Whose order an execution is of.
enum BitgetOwner {
    /// Ours under this name, or nobody's of ours.
    case told(ClientOrderID?)
    /// A trigger order fires just now, and which one is not to be seen yet.
    case notYet
}

/// What one reading of executions asked for already.
struct BitgetLookRound {
    /// How urgent its questions are.
    var urgency = RequestUrgency.vital
    /// Trigger orders that ended, or wait.
    var plans: [Symbol: [BitgetOrder]] = [:]
    /// Orders that ended.
    var orders: [Symbol: [BitgetOrder]] = [:]
    /// Whether something could not be looked up, so that what was not found may be there all the same.
    var isIncomplete = false
}

// Trigger orders and the orders that they become. Classic lists link the two. Unified ones do not: there the order may
// carry the trigger's venue name, or its client id, or neither; then kind, side, size and moment have to tell.

extension BitgetBroker {
    /// What a triggered order became: its fate is that of the order it placed.
    func followed(_ plan: BitgetOrder, _ symbol: Symbol) async throws -> BitgetOrder {
        guard plan.isPlan, plan.state == .filled else { return plan }
        guard let child = try await child(of: plan, symbol) else {
            // Executed, but the order it placed is not to be seen yet.
            var waiting = plan
            waiting.state = .working
            return waiting
        }
        var followed = plan
        (followed.filled, followed.state, followed.at) = (child.filled, child.state, child.at)
        (followed.side, followed.executedAs) = (child.side, child.orderID)
        if followed.quantity == .zero { followed.quantity = child.quantity }
        book.note(followed)
        return followed
    }

    private func child(of plan: BitgetOrder, _ symbol: Symbol) async throws -> BitgetOrder? {
        let dialect = try await language()
        let known = plan.executedAs ?? book.child(of: plan.orderID)
        var references = known.map { [OrderReference.venue($0)] } ?? []
        references.append(.client(ClientOrderID(plan.orderID)))
        if dialect.family == .unified, let text = plan.clientText { references.append(.client(ClientOrderID(text))) }
        for reference in references {
            if let child = try await detail(reference, symbol) { return child }
        }
        guard dialect.family == .unified else { return nil }
        let ended = try await ask(dialect.endedOrders(symbol, after: nil).with(.vital)).rows
        let likely = ended.filter { book.name(of: $0.orderID) == nil && $0.maybe(becameOf: plan) }
        guard likely.count == 1 else { return nil }
        book.link(child: likely[0].orderID, of: plan.orderID)
        return likely[0]
    }

    /// Whose order an execution is of. Lists do not always tell, so the order is asked once.
    func owner(of row: BitgetFill, _ round: inout BitgetLookRound) async throws -> BitgetOwner {
        if let known = book.name(of: row.orderID) { return .told(known) }
        var text = row.clientText
        var order: BitgetOrder?
        if text == nil {
            order = try await detail(.venue(row.orderID), row.symbol, round.urgency)
            guard order != nil else { return .told(nil) }
            text = order?.clientText
        }
        if let text {
            if let known = book.name(of: text) { return .told(link(row.orderID, known)) }
            if book.knows(ClientOrderID(text)) || settings.market == .spot {
                return .told(link(row.orderID, ClientOrderID(text)))
            }
        }
        guard settings.market == .futures else { return .told(nil) }
        return try await parent(of: row, text, &round)
    }

    private func link(_ orderID: String, _ id: ClientOrderID) -> ClientOrderID {
        book.link(orderID, to: id)
        return id
    }

    /// Perhaps the order of a trigger that was never listed here.
    private func parent(
        of row: BitgetFill, _ text: String?, _ round: inout BitgetLookRound
    ) async throws -> BitgetOwner {
        let dialect = try await language()
        if round.plans[row.symbol] == nil {
            let ended = try? await ask(dialect.endedProtections(row.symbol, after: nil)).rows
            if ended == nil { round.isIncomplete = true }
            for plan in ended ?? [] { book.note(plan) }
            round.plans[row.symbol] = ended ?? []
        }
        let plans = round.plans[row.symbol] ?? []
        let named = plans.first { $0.executedAs == row.orderID || $0.orderID == text }
        if let id = named.flatMap({ book.clientID(of: $0) }) { return .told(link(row.orderID, id)) }
        if dialect.family == .unified {
            if round.orders[row.symbol] == nil {
                round.orders[row.symbol] = try await ask(
                    dialect.endedOrders(row.symbol, after: nil).with(round.urgency)
                ).rows
            }
            if let order = round.orders[row.symbol]?.first(where: { $0.orderID == row.orderID }), order.isOfTrigger {
                let likely = plans.filter {
                    $0.state == .filled && book.child(of: $0.orderID) == nil && order.maybe(becameOf: $0)
                }
                if likely.count == 1, let id = book.clientID(of: likely[0]) {
                    book.link(child: order.orderID, of: likely[0].orderID)
                    return .told(link(row.orderID, id))
                }
                let isFresh = await now() - row.at < .seconds(10)
                if book.hasPlan(of: row.symbol), isFresh { return .notYet }
            }
        }
        return .told(text.map { link(row.orderID, ClientOrderID($0)) })
    }
}

extension BitgetOrder {
    /// Whether a stop or take-profit placed it, by the venue's word for what made it.
    var isOfTrigger: Bool {
        let word = source?.lowercased() ?? ""
        return word.contains("profit") || word.contains("loss")
    }

    /// Whether it may be what a trigger order became, where nothing names the one in the other.
    func maybe(becameOf plan: BitgetOrder) -> Bool {
        let isProfit = if case .takeProfit = plan.kind { true } else { false }
        let fits = source?.lowercased().contains(isProfit ? "profit" : "loss") ?? false
        let apart = abs(at.milliseconds - plan.at.milliseconds)
        return !isPlan && fits && symbol == plan.symbol && side == plan.side && apart <= 60_000
            && (plan.quantity == .zero || quantity <= plan.quantity)
    }
}
