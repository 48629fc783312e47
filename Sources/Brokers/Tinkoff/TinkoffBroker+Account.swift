public import Core

extension TinkoffBroker {
    public func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        try await TinkoffAnswers.$ofReading.withValue(TinkoffAnswers()) { try await reading(fillsSince: moment) }
    }

    private func reading(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        let stops = seesStops ? try await readStops() : []
        let look = try await settledLook()
        let balance = look.balance
        // An order that a stop of ours became is not somebody else's.
        try await linkChildren()
        var open: [OrderReport] = []
        for order in look.orders where !order.state.isFinal && !isHeldBack(order) {
            open.append(try await listed(order))
        }
        for stop in stops { open.append(try await listed(stop)) }
        let positions = try await positions(balance)
        var fills: [Fill] = []
        if moment != .distantFuture {
            do {
                fills = try await executions(since: moment, among: look.orders)
            } catch let error as VenueError { throw error.ofExecutions }
        }
        return AccountSnapshot(
            broker: name, openOrders: open, positions: positions, balances: balance.money.filter { $0.value != .zero },
            fills: fills, at: await now())
    }

    /// Asks nothing: a venue that hangs must not hold up whoever tells.
    package func recall(_ orders: [Order]) async {
        let moment = await now()
        for order in orders {
            var pieces = TinkoffPieces(order.request.quantity)
            if let lot = shares[order.request.symbol]?.lot {
                pieces = pieces.map { lot.pieces(of: lot.wholeLots(in: $0)) }
            }
            book.recall(order, pieces, at: moment)
        }
        hearOfStops()
    }

    /// An order that is open, as far as it can be told. One of ours whose lot cannot be read is there all the same:
    /// what is done of it is what was told before, and never more.
    func listed(_ order: TinkoffOrder) async throws -> OrderReport {
        let symbol = try await listedSymbol(order.uid, order.ticker)
        do {
            return try await report(order, symbol)
        } catch let error as VenueError where error.code == Self.noRules {
            guard let id = book.clientID(of: order), let request = book.request(id) else { throw error }
            return OrderReport(
                clientID: id, venueOrderID: order.orderID, symbol: symbol, side: order.side, kind: request.kind,
                quantity: request.quantity, filled: min(book.executed(id), request.quantity), state: order.state,
                reason: order.reason, at: order.at)
        }
    }

    /// Whether an order was asked for here, or is in something that is traded here.
    private func isOurs(_ order: TinkoffOrder) -> Bool {
        if book.clientID(of: order).flatMap({ book.request($0) }) != nil { return true }
        return order.ticker.flatMap { Symbol($0) }.map { shares[$0] != nil } ?? false
    }

    private func listed(_ stop: TinkoffStop) async throws -> OrderReport {
        let symbol = try await listedSymbol(stop.uid, stop.ticker)
        // A stop whose lot cannot be read is there all the same: without it the account would look flat.
        let lot = await share(uid: stop.uid)?.lot ?? Self.single
        let id = book.name(of: stop.stopID)
        let request = id.flatMap { book.request($0) }
        return OrderReport(
            clientID: id, venueOrderID: stop.stopID, symbol: symbol, side: stop.side, kind: stop.kind,
            quantity: request?.quantity ?? lot.pieces(of: stop.lots).quantity, filled: .zero, state: .working,
            reason: nil, at: stop.placedAt)
    }

    private func positions(_ balance: TinkoffBalance) async throws -> [AccountPosition] {
        guard !balance.holdings.isEmpty else { return [] }
        if balance.holdings.contains(where: { averages[$0.uid] == nil }) {
            // Nice to have: a reading that fails leaves them out.
            averages = (try? await ask(try await account().averages())) ?? averages
        }
        var found: [AccountPosition] = []
        for holding in balance.holdings {
            // The rules of strangers are needed to leave them.
            _ = await share(uid: holding.uid)
            found.append(
                AccountPosition(
                    symbol: try await listedSymbol(holding.uid, holding.ticker),
                    quantity: holding.pieces.quantity, averagePrice: averages[holding.uid]))
        }
        return found.sorted { $0.symbol < $1.symbol }
    }

    /// Executions at or after a moment, oldest first: those of today from the orders, earlier ones from the operations.
    private func executions(since moment: Timestamp, among orders: [TinkoffOrder]) async throws -> [Fill] {
        var fills: [Fill] = []
        try await linkChildren()
        for order in orders where order.done > .zero && !isHeldBack(order) {
            // Without a lot our executions would be missing from a list that claims to be whole; a stranger's
            // instrument that cannot be read just now keeps nothing of ours from being told.
            if isOurs(order) { _ = try await rules(order.uid) }
            fills += await self.fills(of: order)
        }
        let day = TinkoffTime.startOfDay(await now())
        if moment < day {
            // Whose they are is told by the orders alone.
            for id in book.openIDs where book.open[id].map({ !$0.isStop && $0.sentAt < day }) ?? false {
                _ = try await state(TinkoffNames.key(id), isRequest: true)
            }
            let known = Set(fills.map(\.tradeID))
            fills += try await pastFills(from: moment, to: day).filter { !known.contains($0.tradeID) }
        }
        return fills.filter { $0.at >= moment }.sorted { ($0.at, $0.tradeID) < ($1.at, $1.tradeID) }
    }

    /// The executions of one order with their parts of its commission.
    func fills(of order: TinkoffOrder) async -> [Fill] {
        guard let symbol = await symbol(of: order.uid, order.ticker),
            let lot = await share(uid: order.uid)?.lot
        else { return [] }
        let moment = await now()
        let all = book.executions(
            of: order, lot: lot, unit: settings.stageUnit, patience: settings.stagePatience, at: moment)
        let id = book.clientID(of: order)
        var charged = Money.zero
        for execution in all { charged += book.told(execution.tradeID)?.fee ?? .zero }
        let new = all.filter { book.told($0.tradeID) == nil }
        var left = max(order.fee - charged, .zero)
        var worth = new.reduce(Money.zero) { $0 + $1.price.notional($1.pieces.quantity) }
        for execution in new {
            let own = execution.price.notional(execution.pieces.quantity)
            // The last one gets what rounding left, so that the parts are the whole.
            let fee = worth > own ? Money(left.value.share(own.value, of: worth.value)) : left
            (left, worth) = (left - fee, worth - own)
            book.keep(
                Fill(
                    venue: name, tradeID: execution.tradeID, clientID: id, symbol: symbol, side: order.side,
                    price: execution.price, quantity: execution.pieces.quantity, fee: fee,
                    at: execution.at == .epoch ? max(order.at, moment) : execution.at))
        }
        return all.compactMap { book.told($0.tradeID) }
    }

    private func pastFills(from: Timestamp, to: Timestamp) async throws -> [Fill] {
        let methods = try await account()
        var (fills, cursor): ([Fill], String?) = ([], nil)
        for _ in 0..<100 {
            let page = try await ask(methods.executions(from: from, to: to, cursor: cursor))
            for row in page.rows where row.at < to {
                let symbol = try await listedSymbol(row.uid, row.ticker)
                fills.append(
                    book.told(row.tradeID)
                        ?? Fill(
                            venue: name, tradeID: row.tradeID, clientID: nil, symbol: symbol, side: row.side,
                            price: row.price, quantity: row.pieces.quantity, fee: row.fee, at: row.at))
            }
            guard let next = page.next else { return fills }
            guard !next.isEmpty, next != cursor else { break }
            cursor = next
        }
        // What such a list lacks would count as not executed.
        throw VenueError(
            .retryable, code: "TINKOFF_CUT_OFF", message: "the list of operations does not end, or goes no further")
    }
}
