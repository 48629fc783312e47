import Brokers
import Core
import Router
import Simulator
import Synchronization
import Testing

@Suite struct ExecutionRouterTests {
    static let btc = symbol("BTCUSDT")
    static let sber = symbol("SBER")
    /// Short, so that a hanging venue is given up quickly.
    static let limits = RouterLimits(
        answer: .milliseconds(300), closeAttempts: 6, closeBackoff: .milliseconds(1))

    static func symbol(_ name: String) -> Symbol {
        guard let symbol = Symbol(name) else { preconditionFailure("\(name) is a symbol") }
        return symbol
    }

    static func order(
        _ id: String, _ symbol: Symbol = btc, _ side: Side = .buy, reduceOnly: Bool = false
    ) -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: side, quantity: Quantity(FixedDecimal(2)), kind: .market,
            reduceOnly: reduceOnly, purpose: reduceOnly ? .exit : .entry)
    }

    /// A simulated broker of one symbol at its first open.
    static func simulated(_ name: String, _ symbol: Symbol) async throws -> SimulatedBroker {
        let interval = try #require(BarInterval("1h"))
        let bars = (0..<3).map { index in
            Bar(openTime: .epoch + interval.span * index, open: 100, high: 101, low: 99, close: 100, volume: 1)
        }
        let instrument = Instrument(
            symbol: symbol, tick: Price(.one), lotStep: Quantity(.one), minimumQuantity: Quantity(.one),
            minimumNotional: .zero, quote: Currency("USDT"))
        let configuration = ExchangeConfiguration(broker: BrokerName(name), instruments: [instrument])
        let broker = SimulatedBroker(
            try ReplayedMarket(
                configuration: configuration, series: [BarSeries(symbol: symbol, interval: interval, bars: bars)]))
        _ = try await broker.nextEvents()
        return broker
    }

    @Test func onlyABrokerThatChangesOrdersIsAskedTo() async throws {
        let first = try await Self.simulated("one", Self.btc)
        let plain = ModelBroker("two")
        let router = ExecutionRouter(brokers: [first, plain], limits: Self.limits)
        let (one, two) = (BrokerName("one"), BrokerName("two"))
        _ = await router.submit(Self.order("entry"), to: one)
        let request = OrderRequest(
            clientID: ClientOrderID("stop"), symbol: Self.btc, side: .sell, quantity: Quantity(.one),
            kind: .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true, purpose: .stop)
        _ = await router.submit(request, to: one)
        let change = ProtectionChange(
            clientID: ClientOrderID("stop"), symbol: Self.btc, trigger: Price(FixedDecimal(95)),
            quantity: Quantity(FixedDecimal(2)))
        guard case .accepted(let report) = await router.amend(change, at: one) else {
            Issue.record("the change was not made")
            return
        }
        #expect(report.kind.trigger == change.trigger && report.quantity == change.quantity)
        guard case .refused(let plainly) = await router.amend(change, at: two),
            case .refused(let unknown) = await router.amend(change, at: BrokerName("none"))
        else {
            Issue.record("a change that nobody can make was not refused")
            return
        }
        #expect(plainly.code == "CANNOT_AMEND" && unknown.code == "UNKNOWN_BROKER")
    }

    @Test func eachSymbolGoesToItsBroker() async throws {
        let (first, second) = try await (
            Self.simulated("one", Self.btc), Self.simulated("two", Self.sber)
        )
        let router = ExecutionRouter(
            brokers: [first, second], table: try RoutingTable("BTCUSDT:one,SBER:two"), limits: Self.limits)
        guard case .accepted = await router.submit(Self.order("a")),
            case .accepted = await router.submit(Self.order("b", Self.sber, .sell))
        else {
            Issue.record("a routed order was not accepted")
            return
        }
        #expect(try await first.snapshot().positions.map(\.symbol) == [Self.btc])
        #expect(try await second.snapshot().positions.map(\.quantity.description) == ["-2"])
        #expect(try await router.order(ClientOrderID("a"), Self.btc)?.state == .filled)
        #expect(try await router.order(ClientOrderID("a"), Self.sber) == nil)
        let batch = try #require(try await router.nextEvents(from: BrokerName("two")))
        #expect(batch.broker == BrokerName("two"))
        guard case .refused = await router.cancel(.client(ClientOrderID("a")), Self.btc) else {
            Issue.record("a filled order was cancelled")
            return
        }
    }

    @Test func whatHasNoRouteIsRefusedAndNotSent() async throws {
        let broker = ModelBroker("one")
        let router = ExecutionRouter(brokers: [broker], table: try RoutingTable("BTCUSDT:one,LKOH:gone"))
        let outcomes = [
            await router.submit(Self.order("a", Self.sber)), await router.submit(Self.order("b", Self.symbol("LKOH"))),
        ]
        let codes = outcomes.map { if case .refused(let error) = $0 { error.code } else { "sent" } }
        #expect(codes == ["NO_ROUTE", "UNKNOWN_BROKER"])
        #expect(await broker.sent.isEmpty)
    }

    @Test func aHangingOrFailingBrokerDelaysNoOther() async throws {
        let (good, failing, hanging) = (
            ModelBroker("good"), ModelBroker("failing", mood: .failing), ModelBroker("hanging", mood: .hanging)
        )
        let router = ExecutionRouter(brokers: [hanging, failing, good], limits: Self.limits)
        let answers = await router.snapshots()
        #expect(try answers[good.name]?.get().isFlat == true)
        guard case .failure(let down) = answers[failing.name], case .failure(let late) = answers[hanging.name] else {
            Issue.record("a broker that does not answer has no snapshot")
            return
        }
        #expect(down.code == "DOWN")
        #expect(late.code == "TIMEOUT" && late.remedy == .unknownOutcome)
        await hanging.release()
    }

    @Test func silenceIsUnknownNotFailed() async throws {
        let hanging = ModelBroker("hanging", mood: .hanging)
        let router = ExecutionRouter(brokers: [hanging], limits: Self.limits)
        guard case .silent(let error) = await router.submit(Self.order("a"), to: hanging.name),
            case .silent = await router.cancel(.client(ClientOrderID("a")), Self.btc, at: hanging.name)
        else {
            Issue.record("a venue that did not answer left no doubt")
            return
        }
        #expect(error.remedy == .unknownOutcome)
        await hanging.release()
    }

    @Test func entriesAreThrottledAndExitsWaitForTheirShare() async throws {
        let broker = ModelBroker("one")
        let limits = RouterLimits(
            throttles: [broker.name: ThrottleLimits(burst: 2, perSecond: 1000, reservedForExits: 1)])
        let router = ExecutionRouter(brokers: [broker], limits: limits, clock: FrozenClock())
        _ = await router.submit(Self.order("a"), to: broker.name)
        guard case .refused(let error) = await router.submit(Self.order("b"), to: broker.name) else {
            Issue.record("the reserve was given to an entry")
            return
        }
        #expect(error.remedy == .rateLimited)
        for index in 0..<3 {
            _ = await router.submit(Self.order("x\(index)", Self.btc, .sell, reduceOnly: true), to: broker.name)
        }
        #expect(await broker.sent.map(\.clientID.text) == ["a", "x0", "x1", "x2"])
    }
}

/// A clock that only moves when somebody sleeps.
final class FrozenClock: Clock, Sendable {
    private let time = Mutex(Duration.zero)

    struct Instant: InstantProtocol {
        let offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    var now: Instant { Instant(offset: time.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        // Limits on answers never come: whoever waits that long waits until he is cancelled.
        if deadline.offset - now.offset >= .seconds(1) {
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
        time.withLock { $0 = max($0, deadline.offset) }
    }
}
