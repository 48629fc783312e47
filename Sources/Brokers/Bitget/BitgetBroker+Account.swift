public import Core
import Logging

extension BitgetBroker {
    public func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        let dialect = try await language()
        // Orders before positions: what fills in between is seen as held, never missed.
        async let waiting = allPlans()
        let orders = try await openOrders()
        let plans = try await waiting
        async let listed = moment == .distantFuture ? [] : executions(since: moment)
        async let positions = positions(dialect)
        let balances = try await ask(dialect.balances())
        let held = try await positions ?? coins(balances)
        let fills = try await listed
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

    /// A busy account has many thousands of executions in three months.
    private static let fillPages = 1000

    /// Executions at or after a moment, oldest first, ours named. They are told as far back as the venue tells them.
    func executions(since moment: Timestamp) async throws -> [Fill] {
        let dialect = try await language()
        var rows: [BitgetFill] = []
        for span in BitgetSpan.covering(since: moment, to: await now(), longest: dialect.longestSpan) {
            rows += try await pages(limit: Self.fillPages) { dialect.fills(span, after: $0) }
        }
        var (fills, seen): ([Fill], Set<String>) = ([], [])
        var looked = BitgetLookRound()
        for row in rows.reversed() where row.at >= moment && seen.insert(row.tradeID).inserted {
            switch try await owner(of: row, &looked) {
            case .told(let id): fills.append(fill(row, of: id))
            // It is told with the next reading.
            case .notYet: continue
            }
        }
        return fills.sorted { ($0.at, $0.tradeID) < ($1.at, $1.tradeID) }
    }

    /// An execution with our name for its order and its fee in quote currency.
    private func fill(_ row: BitgetFill, of id: ClientOrderID?) -> Fill {
        var fee = Money.zero
        let quote = contracts[row.symbol]?.instrument.quote ?? Currency(BitgetSettings.marginCoin)
        for part in row.fees {
            if part.coin.uppercased() == quote.code {
                fee += part.amount
            } else if part.coin.uppercased() == row.symbol.base(quote: quote) {
                fee += Money(part.amount.value.times(row.price.value))
                note(coinFee: part.amount.value, of: row)
            } else if part.amount != .zero, !book.isTold(row.tradeID) {
                // It is paid from that coin's balance, and has no price here.
                log.warning(
                    "a fee in another coin is booked as zero",
                    metadata: [
                        "broker": "\(name)", "trade": "\(row.tradeID)", "fee": "\(part.amount) \(part.coin)",
                        "fix": "switch off paying fees in \(part.coin) in the venue's settings, or book it by hand",
                    ])
            }
        }
        return Fill(
            venue: name, tradeID: row.tradeID, clientID: id, symbol: row.symbol, side: row.side, price: row.price,
            quantity: row.quantity, fee: fee, at: row.at)
    }

    /// Takes note of a fee that was taken out of what was bought, once for each execution.
    private func note(coinFee amount: FixedDecimal, of row: BitgetFill) {
        guard settings.market == .spot, coinFeeTrades[row.tradeID] == nil else { return }
        coinFeeTrades[row.tradeID] = true
        coinFees[row.symbol] = (coinFees[row.symbol] ?? .zero) + amount
    }
}
