import Brokers
import Core
import Testing

/// The broker contract over real sockets, in the manners that the venue's documents leave open.
@Suite(.fewAtOnce) struct TinkoffContractTests {
    enum Manner: String, CaseIterable {
        case documented, forgiving, stagesInPieces, withoutStages, laggingPositions, inParts, syntheticStops

        var standIn: TinkoffStandIn {
            var manner = TinkoffStandIn.Manner()
            switch self {
            case .documented, .syntheticStops: break
            case .forgiving: manner.duplicateIsError = false
            case .stagesInPieces: manner.stageUnit = "pieces"
            case .withoutStages: manner.stageUnit = nil
            case .laggingPositions: manner.positionLag = 2
            case .inParts: manner.parts = 2
            }
            return TinkoffStandIn(manner)
        }
    }

    private func run(_ manner: Manner, _ claim: (BrokerContract) async throws -> Void) async throws {
        try await withTinkoff(
            manner.standIn, adjust: { if manner == .syntheticStops { $0.stops = .synthetic } }
        ) { broker, _ in
            var contract = BrokerContract(
                broker: broker, symbol: TinkoffBench.symbol, quantity: Quantity(FixedDecimal(10)),
                farBelow: Price(FixedDecimal(50)), farAbove: Price(FixedDecimal(200)))
            contract.patience = 400
            try await claim(contract)
        }
    }

    @Test(arguments: Manner.allCases, BrokerClaim.allCases) func keepsTheContract(
        manner: Manner, claim: BrokerClaim
    ) async throws {
        try await run(manner) { try await $0.holds(claim) }
    }
}
