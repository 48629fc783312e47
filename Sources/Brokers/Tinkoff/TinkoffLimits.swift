import Core

/// What the venue allows a minute, by groups of methods that share a count. The table is the documents'; the account's
/// own figures, read at start, take its place.
struct TinkoffLimits: Sendable {
    /// A group and what it allows.
    struct Share: Hashable, Sendable {
        let group: String
        /// Zero when minutes are not counted.
        let perMinute: Double
        /// Zero when seconds are not counted.
        var perSecond = 0.0
    }

    /// All requests together stay below the fifty a second at which addresses are banned.
    static let overallPerSecond = 40.0

    private var own: [String: Share] = [:]

    private static let services: [String: Double] = [
        "InstrumentsService": 200, "UsersService": 100, "OperationsService": 200, "MarketDataService": 600,
        "OrdersService": 100, "StopOrdersService": 50, "SandboxService": 200,
    ]

    private static let methods: [String: Double] = [
        "OrdersService/PostOrder": 300, "OrdersService/CancelOrder": 100, "OrdersService/GetOrders": 200,
    ]

    /// The share of a method.
    func share(of call: TinkoffCall) -> Share {
        if let own = own[call.method] { return own }
        if let count = Self.methods[call.method] { return Share(group: call.method, perMinute: count) }
        return Share(group: call.service, perMinute: Self.services[call.service] ?? 100)
    }

    /// A full budget of a share. The venue counts in fixed minutes, or in fixed seconds: a third at once and two thirds
    /// spread over the time never exceed what one of them allows.
    static func budget(_ share: Share, at now: Duration) -> RequestBudget {
        let minute = share.perMinute > 0 ? share.perMinute : .infinity
        let second = share.perSecond > 0 ? share.perSecond : .infinity
        return RequestBudget(
            perSecond: min(minute / 90, second * 2 / 3), burst: min(minute, second) / 3, reserve: 0.4, at: now)
    }

    /// Takes the account's own figures.
    mutating func take(_ tariff: [TinkoffTariffLimit]) {
        for (index, limit) in tariff.enumerated() where limit.perMinute > 0 || limit.perSecond > 0 {
            for method in limit.methods {
                // `tinkoff.public.invest.api.contract.v1.OrdersService/PostOrder`
                let name = method.split(separator: ".").last.map(String.init) ?? method
                own[name] = Share(
                    group: "tariff \(index)", perMinute: Double(limit.perMinute), perSecond: Double(limit.perSecond))
            }
        }
    }
}

extension TinkoffTariffLimit {
    /// A full budget of it.
    package func budget(at now: Duration) -> RequestBudget {
        TinkoffLimits.budget(
            .init(group: "", perMinute: Double(perMinute), perSecond: Double(perSecond)), at: now)
    }
}
