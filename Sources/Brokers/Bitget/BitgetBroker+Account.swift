public import Core

extension BitgetBroker {
    public func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        let dialect = try await language()
        try await requireCoins()
        // Orders before positions: what fills in between is seen as held, never missed.
        async let waiting = allPlans()
        let orders = try await openOrders()
        let plans = try await waiting
        async let listed = moment == .distantFuture ? [] : recorded(since: moment)
        async let positions = positions(dialect)
        let balances = try await ask(dialect.balances())
        let held = try await positions ?? coins(balances)
        let fills: [Fill]
        do { fills = try await listed } catch let error as VenueError { throw error.ofExecutions }
        var money: [String: Money] = [:]
        for balance in balances where balance.total != .zero { money[balance.coin.uppercased()] = balance.total }
        return AccountSnapshot(
            broker: name, openOrders: (orders + plans).filter { !$0.state.isFinal }.map(report),
            positions: held, balances: money, fills: fills, at: await now())
    }

    /// Positions; nil on spot, which knows none.
    private func positions(_ dialect: any BitgetDialect) async throws -> [AccountPosition]? {
        guard settings.market == .futures else { return nil }
        return try await ask(dialect.positions()).sorted { ($0.symbol, $0.quantity) < ($1.symbol, $1.quantity) }.map {
            AccountPosition(symbol: $0.symbol, quantity: $0.quantity, averagePrice: $0.averagePrice)
        }
    }

    /// On spot what is held is told by coins, which only the rules of the symbols name: without them nothing would look
    /// like flat.
    private func requireCoins() async throws {
        guard settings.market == .spot else { return }
        for symbol in named.sorted() where contracts[symbol] == nil {
            do {
                _ = try await contract(symbol, .vital)
            } catch let error as VenueError where error.remedy == .notFound {
                continue
            }
        }
    }

    /// The coins of the symbols that are traded here, dust aside.
    private func coins(_ balances: [BitgetBalance]) -> [AccountPosition] {
        contracts.keys.sorted().compactMap { symbol in
            guard let rules = contracts[symbol]?.instrument else { return nil }
            let coin = symbol.base(quote: rules.quote)
            let total = balances.first { $0.coin.uppercased() == coin }?.total ?? .zero
            // A purchase pays its fee with a part of what it bought: that part was executed and is not there.
            let taken = total > .zero ? coinFees[symbol] ?? .zero : .zero
            let quantity = rules.onLot(Quantity(total.value + taken))
            guard quantity >= rules.minimumQuantity, quantity > .zero else {
                coinFees[symbol] = .zero
                return nil
            }
            // What is worth less than the smallest order cannot be sold.
            if let price = prices[symbol]?.last, price.notional(quantity) < rules.minimumNotional {
                coinFees[symbol] = .zero
                return nil
            }
            return AccountPosition(symbol: symbol, quantity: quantity, averagePrice: nil)
        }
    }
}
