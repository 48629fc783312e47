import Brokers
import Core
import Testing

/// The broker contract against the local venue over real sockets: client and venue share no wire code.
@Suite(.fewAtOnce) struct TwinContractTests {
    enum Manner: String, CaseIterable {
        case classicOneWay, classicHedge, classicSpot, unifiedOneWay, unifiedHedge, unifiedSpot

        var isUnified: Bool { rawValue.hasPrefix("unified") }
        var isSpot: Bool { rawValue.hasSuffix("Spot") }
        var isHedge: Bool { rawValue.hasSuffix("Hedge") }
    }

    static func settings(_ twin: TwinBench, isSpot: Bool) -> BitgetSettings {
        var settings = BitgetBench.settings(port: twin.port, isSpot: isSpot)
        settings.credentials = BitgetCredentials(
            key: Secret(TwinBench.key), secret: Secret(TwinBench.secret), passphrase: Secret(TwinBench.passphrase))
        return settings
    }

    private func run(
        _ manner: Manner, resync: Duration? = nil, _ claim: (BrokerContract, TwinBench) async throws -> Void
    ) async throws {
        try await withTwin(manner, adjust: { $0.resync = resync ?? $0.resync }) { broker, twin in
            var contract = BrokerContract(
                broker: broker, symbol: BitgetBench.symbol, quantity: Quantity(.one),
                farBelow: Price(FixedDecimal(50)), farAbove: Price(FixedDecimal(200)))
            contract.canShort = !manner.isSpot
            contract.patience = 400
            try await claim(contract, twin)
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
        try await run(manner, resync: .seconds(3600)) { contract, twin in
            try await contract.anExecutionOfARestingOrderIsTold("rests", at: Price(FixedDecimal(99))) {
                try await twin.price("98.5")
            }
        }
    }
}
