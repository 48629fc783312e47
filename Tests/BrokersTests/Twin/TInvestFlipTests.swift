import Brokers
import Core
import Foundation
import Testing
import Twins

/// A close never flips a position at a venue without reduce-only, whatever else executes meanwhile: stops that fire in
/// the middle of it, orders in parts, answers that get lost, several closes at once. Short positions are the sharper
/// half: an order that buys too much is refused by nobody.
@Suite(.fewAtOnce) struct TInvestFlipTests {
    /// How things went wrong: orders matched late, cancellations late, orders in parts, answers lost.
    private static func setup(_ seed: Int, _ setup: inout TInvestSetup) {
        setup.orderLag = .milliseconds([1, 20, 80][seed % 3])
        setup.cancelLag = .milliseconds([0, 30][seed % 2])
        setup.childLag = .milliseconds([0, 0, 150][seed % 3])
        setup.positionLag = .milliseconds([0, 100][seed / 3 % 2])
    }

    private static func plan(_ seed: Int) throws -> TwinFaultPlan {
        let plans = [
            #"{"faults":{}}"#, #"{"faults":{"partialFills":{"parts":3,"seconds":[0.01,0.05]}}}"#,
            #"{"faults":{"dropResponse":{"chance":0.1},"fillAfterCancel":{"chance":0.5,"seconds":[0.02,0.1]}}}"#,
            #"{"faults":{},"rules":[{"do":"dropResponse","path":"/rest/tinkoff.public.invest.api.contract.v1.Stop"}]}"#,
        ]
        return try JSONDecoder().decode(
            TwinFaultPlan.self, from: Data(plans[seed / 2 % plans.count].utf8))
    }

    @Test(arguments: 0..<12 as Range<Int>) func aStopThatFiresWhileClosingNeverFlips(seed: Int)
        async throws
    {
        let opening: Side = seed % 2 == 0 ? .buy : .sell
        try await withTInvest(setup: { Self.setup(seed, &$0) }) { broker, twin in
            _ = await broker.submit(TinkoffBench.request("in", opening, lots: 5))
            _ = try await TinkoffBench.wait(broker, TinkoffBench.isEnd("in"))
            let trigger = Price(FixedDecimal(opening == .buy ? 95 : 105))
            let stop = TinkoffBench.request(
                "stop", opening.opposite, .stop(trigger: trigger), lots: 5, reduceOnly: true, purpose: .stop
            )
            guard case .accepted = await broker.submit(stop) else {
                Issue.record("the stop was not taken")
                return
            }
            let plan = try Self.plan(seed)
            twin.host.withWorld { $0.faults.put(plan, at: $0.market.venueTime(at: Self.now())) }
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<4 {
                    group.addTask {
                        let out = TinkoffBench.request(
                            "out\(index)", opening.opposite, lots: 5 - index % 2, reduceOnly: true, purpose: .exit
                        )
                        _ = await broker.submit(out)
                    }
                }
                group.addTask {
                    // The moment at which the stop is passed is spread over the whole of the first close.
                    try? await Task.sleep(for: .milliseconds(seed * 9))
                    let price = opening == .buy ? "94" : "106"
                    _ = try? await twin.control("price", #"{"symbol":"SBER","price":"\#(price)"}"#)
                }
            }
            twin.host.withWorld { $0.faults.put(TwinFaultPlan(), at: Self.now()) }
            try await untilFlat(broker, opening)
            let way = twin.host.withWorld { Self.positions($0.books) }
            let beyond = way.filter { opening == .buy ? $0 < 0 : $0 > 0 }
            #expect(beyond.isEmpty, "the position went \(way)")
            twin.host.withWorld { $0.checkInvariants() }
        }
    }

    /// Closes what is left, as the house does: again and again, each under a name of its own.
    private func untilFlat(_ broker: TinkoffBroker, _ opening: Side) async throws {
        for attempt in 0..<40 {
            if let account = try? await broker.snapshot(), account.positions.isEmpty,
                account.openOrders.isEmpty
            {
                return
            }
            _ = await broker.submit(
                TinkoffBench.request(
                    "rest\(attempt)", opening.opposite, lots: 5, reduceOnly: true, purpose: .flatten))
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("it did not get flat")
    }

    private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// The position after each deal, in pieces.
    private static func positions(_ books: Wire) -> [Int] {
        var (held, way): (Int, [Int]) = (0, [])
        for deal in books["deals"]?.elements ?? [] {
            let pieces = deal["pieces"]?.string.flatMap(Int.init) ?? 0
            held += deal["side"]?.string == "buy" ? pieces : -pieces
            way.append(held)
        }
        return way
    }
}
