import Brokers
import Core
import Testing

/// The broker contract against the local venue over real sockets: client and venue share no wire code.
@Suite struct TwinContractTests {
    enum Manner: String, CaseIterable {
        case classicOneWay, classicHedge, classicSpot, unifiedOneWay, unifiedHedge, unifiedSpot

        var isUnified: Bool { rawValue.hasPrefix("unified") }
        var isSpot: Bool { rawValue.hasSuffix("Spot") }
        var isHedge: Bool { rawValue.hasSuffix("Hedge") }
    }

    private func run(_ manner: Manner, _ claim: (BrokerContract) async throws -> Void) async throws {
        let twin = try await TwinBench(isUnified: manner.isUnified, isHedge: manner.isHedge)
        var settings = BitgetBench.settings(port: twin.port, isSpot: manner.isSpot)
        settings.credentials = BitgetCredentials(
            key: Secret(TwinBench.key), secret: Secret(TwinBench.secret), passphrase: Secret(TwinBench.passphrase))
        let broker = try BitgetBroker(settings)
        do {
            try await broker.start(VenueWatch(symbols: [BitgetBench.symbol], interval: nil, barsAfter: .epoch))
            var contract = BrokerContract(
                broker: broker, symbol: BitgetBench.symbol, quantity: Quantity(.one),
                farBelow: Price(FixedDecimal(50)), farAbove: Price(FixedDecimal(200)))
            contract.canShort = !manner.isSpot
            contract.patience = 400
            try await claim(contract)
        } catch {
            await broker.stop()
            await twin.stop()
            throw error
        }
        await broker.stop()
        await twin.stop()
    }

    @Test(arguments: Manner.allCases, BrokerClaim.allCases) func keepsTheContract(
        manner: Manner, claim: BrokerClaim
    ) async throws {
        try await run(manner) { try await $0.holds(claim) }
    }
}
