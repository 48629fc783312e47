import Core
import Engine
import Testing

extension Bench {
    // MARK: Scenes

    /// Asks for 5 AAA at 100, long or short, with stop and take-profit at 10 and 20 below and above.
    ///
    /// - Returns: The entry's name.
    mutating func enter(long: Bool = true) throws -> ClientOrderID {
        try price("100")
        let asked = try signal(long ? 0.5 : -0.5, stop: long ? 90 : 110, takeProfit: long ? 120 : 80)
        return try #require(asked.orders.first).clientID
    }

    /// Asks for 5 AAA at 100 and fills them.
    mutating func hold(long: Bool = true) throws {
        let entry = try enter(long: long)
        try fill(entry)
    }

    // MARK: Looking

    /// The open order of a kind at the first venue.
    func open(_ isWanted: (OrderKind) -> Bool) throws -> OrderReport? {
        try one.openOrders.first { isWanted($0.kind) }
    }

    func openStop() throws -> OrderReport? {
        try open { if case .stop = $0 { true } else { false } }
    }

    func openTakeProfit() throws -> OrderReport? {
        try open { if case .takeProfit = $0 { true } else { false } }
    }

    var desk: Desk {
        get throws { try #require(engine[try Self.symbol()]) }
    }

    var one: ModelVenue {
        get throws { try venue(BrokerName("one")) }
    }
}

extension [Effect] {
    /// The orders among the effects.
    var orders: [OrderRequest] {
        compactMap { if case .submit(let approved, _) = $0 { approved.request } else { nil } }
    }

    /// What protective orders were to be changed to.
    var changes: [(trigger: Price, quantity: Quantity)] {
        compactMap { if case .amend(_, _, let trigger, let quantity, _) = $0 { (trigger, quantity) } else { nil } }
    }

    /// What was to be cancelled.
    var cancelled: [OrderReference] {
        compactMap { if case .cancel(let reference, _, _) = $0 { reference } else { nil } }
    }

    /// The orders asked about.
    var queried: [ClientOrderID] {
        compactMap { if case .query(_, let id, _) = $0 { id } else { nil } }
    }

    /// The codes of alerts.
    var alerts: [String] {
        compactMap { if case .alert(let alert) = $0 { alert.code } else { nil } }
    }

    var refusals: [RiskRefusal] {
        compactMap { if case .refuse(let refusal) = $0 { refusal } else { nil } }
    }

    var isHalted: Bool {
        contains { if case .halted = $0 { true } else { false } }
    }
}
