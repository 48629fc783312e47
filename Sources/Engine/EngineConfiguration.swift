public import Core

/// Everything the engine must know before it decides. It enters as an event, so that a replay of the journal sees the
/// same settings at the same place.
public struct EngineConfiguration: Hashable, Codable, Sendable {
    /// The account the orders are for; part of every client id.
    public let account: String
    /// SHA-256 of the signals artifact in hexadecimal; part of every client id.
    public let artifact: String
    /// The assets to trade, by symbol.
    public let assets: [AssetConfiguration]
    /// What the gate allows.
    public let limits: RiskLimits
    /// How long to wait for what.
    public let timing: EngineTiming
    /// How the books are kept equal to the venues.
    public let reconcile: ReconcileRules
    /// How positions are protected.
    public let protection: ProtectionRules
    /// How entries and exits are ordered.
    public let orders: OrderRules
    /// Left out where there is none.
    private let unanswered: [AwaitedVenue]?

    /// The venues that have yet to answer, by name.
    public var awaited: [AwaitedVenue] { unanswered ?? [] }

    /// A configuration from its parts; assets are sorted by symbol.
    public init(
        account: String, artifact: String, assets: [AssetConfiguration], limits: RiskLimits, timing: EngineTiming,
        reconcile: ReconcileRules = .onRequest, protection: ProtectionRules = ProtectionRules(),
        orders: OrderRules = OrderRules(), awaited: [AwaitedVenue] = []
    ) {
        unanswered = awaited.isEmpty ? nil : awaited.sorted { $0.broker < $1.broker }
        (self.protection, self.orders) = (protection, orders)
        self.account = account
        self.artifact = artifact
        self.assets = assets.sorted { $0.instrument.symbol < $1.instrument.symbol }
        self.limits = limits
        self.timing = timing
        self.reconcile = reconcile
    }

    /// The money of all assets by currency.
    package var budgets: [Currency: Money] {
        assets.reduce(into: [:]) { $0[$1.instrument.quote, default: .zero] += $1.budget }
    }

    /// The brokers in use, by name, those that have yet to answer included.
    public var brokers: [BrokerName] { Self.once(assets.map(\.broker) + awaited.map(\.broker)) }

    /// The brokers whose rules are known, by name.
    public var joinedBrokers: [BrokerName] { Self.once(assets.map(\.broker)) }

    private static func once(_ names: [BrokerName]) -> [BrokerName] {
        names.sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// What `broker` can do, if it is in use.
    package func capabilities(of broker: BrokerName) -> BrokerCapabilities? {
        assets.first { $0.broker == broker }?.capabilities ?? awaited.first { $0.broker == broker }?.capabilities
    }

    /// The same once `broker` has told the rules of `joining`.
    package func joined(by broker: BrokerName, _ joining: [AssetConfiguration]) -> EngineConfiguration {
        let symbols = joining.map(\.instrument.symbol)
        return EngineConfiguration(
            account: account, artifact: artifact,
            assets: assets.filter { !symbols.contains($0.instrument.symbol) } + joining, limits: limits,
            timing: timing, reconcile: reconcile, protection: protection, orders: orders,
            awaited: awaited.filter { $0.broker != broker })
    }
}

/// One asset to trade.
public struct AssetConfiguration: Hashable, Codable, Sendable {
    /// Its steps and minimums.
    public let instrument: Instrument
    /// Who executes it.
    public let broker: BrokerName
    /// What that broker can do.
    public let capabilities: BrokerCapabilities
    /// The money that a target of 1 stands for, in the quote currency.
    public let budget: Money

    /// An asset from its parts.
    public init(instrument: Instrument, broker: BrokerName, capabilities: BrokerCapabilities, budget: Money) {
        (self.instrument, self.broker) = (instrument, broker)
        (self.capabilities, self.budget) = (capabilities, budget)
    }
}

/// How long the engine waits before it asks, repeats or gives up.
public struct EngineTiming: Hashable, Codable, Sendable {
    /// Silence after sending for this long makes an order `unknown`.
    public var answerDeadline: TimeSpan
    /// Time between two questions about an unknown order or an account that is not flat yet.
    public var questionSpacing: TimeSpan
    /// "Never heard of it" must be answered this often, spaced, before it is believed.
    public var absencesNeeded: Int
    /// An order request may be on its way for so long: a halt is not proven flat sooner after one was believed lost.
    public var requestLife: TimeSpan
    /// A position may be without protection for this long; then it is closed.
    public var unprotectedBudget: TimeSpan
    /// So many refusals of an exit for the same reason put the asset on hold.
    public var identicalRefusals: Int

    /// While halting, a request without an answer is repeated after so long where that is harmless.
    package var haltPatience: TimeSpan { min(answerDeadline, .seconds(1)) }

    /// The defaults of the design: 5 s, 250 ms, twice, 10 s, 5 s, three times.
    public init(
        answerDeadline: TimeSpan = .seconds(5), questionSpacing: TimeSpan = .milliseconds(250),
        absencesNeeded: Int = 2, requestLife: TimeSpan = .seconds(10), unprotectedBudget: TimeSpan = .seconds(5),
        identicalRefusals: Int = 3
    ) {
        (self.answerDeadline, self.questionSpacing) = (answerDeadline, questionSpacing)
        (self.absencesNeeded, self.requestLife) = (absencesNeeded, requestLife)
        (self.unprotectedBudget, self.identicalRefusals) = (unprotectedBudget, identicalRefusals)
    }
}
