/// The claims of ``BrokerContract`` as arguments, for brokers that keep them in several manners.
enum BrokerClaim: CaseIterable {
    case aClientIdIsUsedAtMostOnce, ordersAreFoundByClientId, endedOrdersCannotBeCancelled, reduceOnlyNeverFlips
    case theSnapshotListsExecutionsSinceAMoment, theSnapshotShowsWhatIsOpen, eachFillIsToldOnce, instrumentsAreTold
}

extension BrokerClaim {
    /// Those that wait for executions.
    static let ofStreams = [
        BrokerClaim.reduceOnlyNeverFlips, .theSnapshotListsExecutionsSinceAMoment, .theSnapshotShowsWhatIsOpen,
        .eachFillIsToldOnce,
    ]
}

extension BrokerContract {
    /// Tests one claim on a broker that has seen no order yet.
    func holds(_ claim: BrokerClaim) async throws {
        switch claim {
        case .aClientIdIsUsedAtMostOnce: try await aClientIdIsUsedAtMostOnce("a")
        case .ordersAreFoundByClientId: try await ordersAreFoundByClientId("a")
        case .endedOrdersCannotBeCancelled: try await endedOrdersCannotBeCancelled("a")
        case .reduceOnlyNeverFlips: try await reduceOnlyNeverFlips("a")
        case .theSnapshotListsExecutionsSinceAMoment: try await theSnapshotListsExecutionsSinceAMoment("a")
        case .theSnapshotShowsWhatIsOpen: try await theSnapshotShowsWhatIsOpen("a")
        case .eachFillIsToldOnce: try await eachFillIsToldOnce("a")
        case .instrumentsAreTold: try await instrumentsAreTold()
        }
    }
}
