import Brokers
import Core
import Testing
import Twins

/// The broker contract against the local venue over REST and WebSockets: client and venue share no wire code.
@Suite(.fewAtOnce) struct TInvestContractTests {
    enum Manner: String, CaseIterable {
        case production, repeatsTellTheState, lotsOfOne, sandbox, sandboxRepeatsTellTheState,
            sandboxStopsFire

        var manner: TInvestBench.Manner {
            var manner = TInvestBench.Manner()
            switch self {
            case .production: break
            case .repeatsTellTheState: manner.duplicates = .state
            case .lotsOfOne: manner.lot = 1
            case .sandbox: manner.isSandbox = true
            case .sandboxRepeatsTellTheState: (manner.isSandbox, manner.duplicates) = (true, .state)
            case .sandboxStopsFire: (manner.isSandbox, manner.sandboxStops) = (true, .fire)
            }
            return manner
        }
    }

    private func run(_ manner: Manner, _ claim: (BrokerContract) async throws -> Void) async throws {
        try await withTInvest(
            manner.manner, adjust: { if manner == .sandboxStopsFire { $0.stops = .native } }
        ) { broker, twin in
            // Orders are taken within a fifth of the last price.
            var contract = BrokerContract(
                broker: broker, symbol: TinkoffBench.symbol, quantity: Quantity(FixedDecimal(10)),
                farBelow: Price(FixedDecimal(85)), farAbove: Price(FixedDecimal(115)))
            contract.patience = 400
            try await claim(contract)
            twin.host.withWorld { $0.checkInvariants() }
        }
    }

    @Test(arguments: Manner.allCases) func aClientIdIsUsedAtMostOnce(manner: Manner) async throws {
        try await run(manner) { try await $0.aClientIdIsUsedAtMostOnce("a") }
    }

    @Test(arguments: Manner.allCases) func ordersAreFoundByClientId(manner: Manner) async throws {
        try await run(manner) { try await $0.ordersAreFoundByClientId("a") }
    }

    @Test(arguments: Manner.allCases) func endedOrdersCannotBeCancelled(manner: Manner) async throws {
        try await run(manner) { try await $0.endedOrdersCannotBeCancelled("a") }
    }

    @Test(arguments: Manner.allCases) func reduceOnlyNeverFlips(manner: Manner) async throws {
        try await run(manner) { try await $0.reduceOnlyNeverFlips("a") }
    }

    @Test(arguments: Manner.allCases) func theSnapshotListsExecutionsSinceAMoment(manner: Manner)
        async throws
    {
        try await run(manner) { try await $0.theSnapshotListsExecutionsSinceAMoment("a") }
    }

    @Test(arguments: Manner.allCases) func theSnapshotShowsWhatIsOpen(manner: Manner) async throws {
        try await run(manner) { try await $0.theSnapshotShowsWhatIsOpen("a") }
    }

    @Test(arguments: Manner.allCases) func eachFillIsToldOnce(manner: Manner) async throws {
        try await run(manner) { try await $0.eachFillIsToldOnce("a") }
    }

    @Test(arguments: Manner.allCases) func instrumentsAreTold(manner: Manner) async throws {
        try await run(manner) { try await $0.instrumentsAreTold() }
    }
}
