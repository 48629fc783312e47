import Brokers
import Core
import Testing

/// docs/adding-a-broker.md, tried out: the broker of that page keeps the whole contract.
@Suite(.fewAtOnce) struct ThirdBrokerTests {
    private func contract() throws -> BrokerContract {
        let symbol = try #require(Symbol("THIRD"))
        let one = Quantity(.one)
        let rules = Instrument(
            symbol: symbol, tick: Price(.one), lotStep: one, minimumQuantity: one, minimumNotional: .zero,
            quote: Currency("EUR"))
        return BrokerContract(
            broker: ThirdBroker(rules, price: Price(FixedDecimal(100))), symbol: symbol, quantity: one,
            farBelow: Price(FixedDecimal(50)), farAbove: Price(FixedDecimal(200)))
    }

    @Test func aMinimalBrokerKeepsTheContract() async throws {
        try await contract().aClientIdIsUsedAtMostOnce("a")
        try await contract().ordersAreFoundByClientId("a")
        try await contract().endedOrdersCannotBeCancelled("a")
        try await contract().reduceOnlyNeverFlips("a")
        try await contract().theSnapshotListsExecutionsSinceAMoment("a")
        try await contract().theSnapshotShowsWhatIsOpen("a")
        try await contract().eachFillIsToldOnce("a")
        try await contract().instrumentsAreTold()
    }
}
