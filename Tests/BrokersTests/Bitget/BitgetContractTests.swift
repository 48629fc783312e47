import Brokers
import Core
import Testing

/// The broker contract over real sockets, in every language, mode and market.
@Suite(.fewAtOnce) struct BitgetContractTests {
    enum Manner: String, CaseIterable {
        case classicOneWay, classicHedge, classicSpot, unifiedOneWay, unifiedHedge, unifiedSpot

        var standIn: BitgetStandIn {
            BitgetStandIn(
                isUnified: rawValue.hasPrefix("unified"), isSpot: rawValue.hasSuffix("Spot"),
                isHedge: rawValue.hasSuffix("Hedge"))
        }
    }

    private func run(
        _ manner: Manner, resync: Duration = .milliseconds(500),
        _ claim: (BrokerContract, BitgetStandIn) async throws -> Void
    ) async throws {
        let standIn = manner.standIn
        try await withBitget(standIn, adjust: { $0.resync = resync }) { broker, _ in
            var contract = BrokerContract(
                broker: broker, symbol: BitgetBench.symbol, quantity: Quantity(.one),
                farBelow: Price(FixedDecimal(50)), farAbove: Price(FixedDecimal(200)))
            contract.canShort = !manner.rawValue.hasSuffix("Spot")
            contract.patience = 400
            try await claim(contract, standIn)
        }
    }

    @Test(arguments: Manner.allCases, BrokerClaim.allCases) func keepsTheContract(
        manner: Manner, claim: BrokerClaim
    ) async throws {
        try await run(manner) { contract, _ in try await contract.holds(claim) }
    }

    /// With a minute between two readings it is the streams that bring the news.
    @Test(arguments: Manner.allCases, BrokerClaim.ofStreams) func keepsItByStreams(
        manner: Manner, claim: BrokerClaim
    ) async throws {
        try await run(manner, resync: .seconds(60)) { contract, _ in try await contract.holds(claim) }
    }

    /// Nothing but the private stream tells of an order that rested and is filled: readings are an hour apart.
    @Test(.timeLimit(.minutes(10)), arguments: Manner.allCases) func theStreamTellsOfAnOrderThatRested(
        manner: Manner
    ) async throws {
        try await run(manner, resync: .seconds(3600)) { contract, standIn in
            try await contract.anExecutionOfARestingOrderIsTold("rests", at: Price(FixedDecimal(50))) {
                standIn.fillResting()
            }
        }
    }
}

/// A broker in front of a scripted venue.
enum BitgetBench {
    static let symbol: Symbol = {
        guard let symbol = Symbol("BTCUSDT") else { preconditionFailure("BTCUSDT is a symbol") }
        return symbol
    }()

    static func settings(port: Int, isSpot: Bool) -> BitgetSettings {
        var settings = BitgetSettings()
        settings.baseURL = "http://127.0.0.1:\(port)"
        settings.streamURL = "ws://127.0.0.1:\(port)"
        settings.market = isSpot ? .spot : .futures
        settings.credentials = BitgetCredentials(
            key: Secret(BitgetStandIn.key), secret: Secret(BitgetStandIn.secret),
            passphrase: Secret(BitgetStandIn.passphrase))
        settings.absence = .milliseconds(0)
        settings.exitAbsence = .milliseconds(0)
        settings.resync = .milliseconds(500)
        settings.backoff = Backoff(steps: [.milliseconds(10)])
        return settings
    }

    static func request(
        _ id: String, _ side: Side, _ kind: OrderKind = .market, size: Int = 1, reduceOnly: Bool = false,
        purpose: OrderPurpose = .manual
    ) -> OrderRequest {
        OrderRequest(
            clientID: ClientOrderID(id), symbol: symbol, side: side, quantity: Quantity(FixedDecimal(size)),
            kind: kind, reduceOnly: reduceOnly, purpose: purpose)
    }
}

/// Starts a broker in front of a scripted venue, and stops both afterwards.
func withBitget(
    _ standIn: BitgetStandIn, adjust: (inout BitgetSettings) -> Void = { _ in }, isStarted: Bool = true,
    opens: Bool = false,
    symbols: [Symbol] = [BitgetBench.symbol], _ body: (BitgetBroker, StandInServer) async throws -> Void
) async throws {
    let server = try await standIn.serve()
    var settings = BitgetBench.settings(port: server.port, isSpot: standIn.isSpot)
    adjust(&settings)
    let broker = try BitgetBroker(settings)
    do {
        if isStarted {
            try await broker.start(
                VenueWatch(symbols: symbols, interval: opens ? BarInterval("1h") : nil, barsAfter: .epoch))
        }
        try await body(broker, server)
    } catch {
        await broker.stop()
        await server.stop()
        throw error
    }
    await broker.stop()
    await server.stop()
}
