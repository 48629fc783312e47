import Brokers
import Core
import Testing
import Twins

/// Money by currency, as the client reads it, is what the venue's own books say; and what executions tell of money adds
/// up to how the books changed.
@Suite(.fewAtOnce) struct TwinWalletTests {
    private typealias Manner = TwinContractTests.Manner

    /// What the books say of money, by currency: all of it, also what is tied up.
    private func booked(_ twin: TwinBench, _ manner: TwinContractTests.Manner) async throws -> [String: Money] {
        let books = try await twin.books()
        var money: [String: Money] = [:]
        let coins = try #require(books["coins"])
        for name in ["USDT", "BTC"] {
            if let amount = coins[name]?.string.flatMap({ Money($0) }), amount != .zero { money[name] = amount }
        }
        if !manner.isUnified, manner.isSpot { return money }
        // The futures side of a classic account knows no coins; a unified account has one purse.
        if !manner.isUnified { money = [:] }
        money["USDT"] = try #require(books["equity"]?.string.flatMap { Money($0) })
        return money
    }

    /// Sends one and waits for the end of its executions.
    private func trade(_ broker: BitgetBroker, _ request: OrderRequest) async throws -> [Fill] {
        guard case .accepted = await broker.submit(request) else {
            Issue.record("\(request.clientID) was not taken")
            return []
        }
        while true {
            let fills = try await broker.snapshot(fillsSince: .epoch).fills.filter { $0.clientID == request.clientID }
            if fills.reduce(Quantity.zero, { $0 + $1.quantity }) == request.quantity { return fills }
            await Task.yield()
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: TwinContractTests.Manner.allCases)
    func balancesAreThoseOfTheBooks(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            let start = try await booked(twin, manner)
            #expect(try await broker.snapshot().balances == start && start["USDT"] == Money("100000"))
            _ = try await trade(broker, BitgetBench.request("in", .buy, size: 3))
            // A profit that is not realised is there in futures, and a coin is a coin on spot.
            try await twin.price("103.7")
            let held = try await booked(twin, manner)
            #expect(try await broker.snapshot().balances == held)
            #expect(held["USDT"] != start["USDT"] && (held["BTC"] != nil) == manner.isSpot, "\(held)")
            // What an open order ties up is still ours.
            let far = BitgetBench.request("far", .buy, .limit(Price(FixedDecimal(50))))
            guard case .accepted = await broker.submit(far) else {
                Issue.record("the order does not rest")
                return
            }
            #expect(try await broker.snapshot().balances == booked(twin, manner))
            #expect(try await booked(twin, manner) == held)
        }
    }

    /// A round trip: what the executions say was paid, received and taken as fees is what the books changed by.
    @Test(.timeLimit(.minutes(5)), arguments: TwinContractTests.Manner.allCases)
    func executionsExplainTheMoney(manner: TwinContractTests.Manner) async throws {
        try await withTwin(manner) { broker, twin in
            let before = try #require(try await booked(twin, manner)["USDT"])
            let bought = try await trade(broker, BitgetBench.request("in", .buy, size: 3))
            try await twin.price("104.3")
            // On spot the fee was taken from what was bought, so that less is there to be sold.
            let coins = try await broker.snapshot().balances["BTC"]?.value ?? .zero
            if manner.isSpot { #expect(coins == FixedDecimal("2.997"), "a thousandth of three is the fee") }
            let size = manner.isSpot ? Quantity("2.99") : Quantity("3")
            let out = OrderRequest(
                clientID: ClientOrderID("out"), symbol: BitgetBench.symbol, side: .sell,
                quantity: try #require(size), kind: .market, reduceOnly: !manner.isSpot, purpose: .exit)
            let sold = try await trade(broker, out)
            let after = try await booked(twin, manner)
            func value(_ fills: [Fill]) -> Money { fills.reduce(.zero) { $0 + $1.price.notional($1.quantity) } }
            func fees(_ fills: [Fill]) -> Money { fills.reduce(.zero) { $0 + $1.fee } }
            // In coins it is worth what the coins cost.
            let ofCoins = manner.isSpot ? fees(bought) : .zero
            #expect(fees(bought) > .zero && fees(sold) > .zero)
            let expected = before - value(bought) - fees(bought) + ofCoins + value(sold) - fees(sold)
            if manner.isSpot {
                let left = try #require(after["BTC"])
                #expect(left == Money("0.007") && fees(bought) == Money("0.3"), "\(left), \(fees(bought))")
                #expect(after["USDT"] == expected)
            } else {
                #expect(after == ["USDT": expected])
                #expect(try await broker.snapshot().isFlat)
            }
        }
    }
}
