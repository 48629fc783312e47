public import Core

/// Everything that can happen to the engine. There is no other way in.
///
/// What is large and rare is kept out of line, so that the many venue events stay small.
public enum EngineEvent: Hashable, Codable, Sendable {
    /// The settings from now on; the first event of every run.
    indirect case configured(EngineConfiguration)
    /// A venue that was awaited answers: the rules of everything that is traded there.
    case joined(BrokerName, [AssetConfiguration])
    /// News from a venue, unasked.
    case venue(VenueBatch)
    /// A venue's answer about one of our orders.
    indirect case reported(OrderReport)
    /// A signal row became actionable.
    indirect case signal(SignalRow)
    /// A venue refused an order, or never got it.
    case refused(Symbol, ClientOrderID, VenueError)
    /// Nobody knows whether an order arrived.
    case silent(Symbol, ClientOrderID)
    /// The venue says it never heard of an order.
    case absent(Symbol, ClientOrderID)
    /// The venue would not cancel an order.
    case cancelRefused(Symbol, ClientOrderID, VenueError)
    /// The venue would not change a protective order in place.
    case amendRefused(Symbol, ClientOrderID, VenueError)
    /// What a venue holds, as asked for.
    indirect case snapshot(AccountSnapshot)
    /// A venue did not answer when asked what it holds.
    case unreachable(BrokerName, VenueError)
    /// Get flat and stay flat.
    case kill(reason: String)
    /// Trade again.
    case release
    /// A moment that was waited for has come.
    case deadline
    /// Compare the books with the venues now.
    case reconcile
    /// An operator's command.
    case operated(OperatorCommand)
    /// What the world outside the venues looks like.
    case regime(RegimeReading)
}

/// What the engine wants done. Small values; the runner performs them after they are written down.
public enum Effect: Hashable, Encodable, Sendable {
    /// Send an order.
    indirect case submit(Approved<OrderRequest>, BrokerName)
    /// Cancel an order.
    case cancel(OrderReference, Symbol, BrokerName)
    /// Change trigger and open quantity of a protective order in place.
    case amend(ClientOrderID, Symbol, trigger: Price, quantity: Quantity, BrokerName)
    /// Ask the venue about one order.
    case query(Symbol, ClientOrderID, BrokerName)
    /// Ask the venue what it holds, and for its executions at or after a moment.
    case readAccount(BrokerName, fillsSince: Timestamp)
    /// Tell a person.
    case alert(Alert)
    /// An order that the gate did not let pass.
    indirect case refuse(RiskRefusal)
    /// What the account is worth.
    case mark(EquityPoint)
    /// The kill sequence ended: every venue was read and holds nothing.
    case halted(reason: String)
    /// The books were compared with a venue's account, and something differed.
    indirect case reconciled(Reconciliation)
}

/// What the assets of one currency are worth together.
public struct EquityPoint: Hashable, Codable, Sendable {
    /// When.
    public let at: Timestamp
    /// The currency.
    public let currency: Currency
    /// Budgets plus realised and unrealised profit less fees.
    public let equity: Money
    /// The share of it that is not realised yet.
    public let unrealised: Money

    /// A point from its parts.
    public init(at: Timestamp, currency: Currency, equity: Money, unrealised: Money) {
        (self.at, self.currency, self.equity, self.unrealised) = (at, currency, equity, unrealised)
    }
}

/// Something a person should know.
public struct Alert: Hashable, Codable, Sendable {
    /// How bad it is.
    public enum Severity: String, Codable, Sendable {
        /// Good to know.
        case notice
        /// Needs a look.
        case warning
        /// Needs a person now.
        case critical
    }

    /// How bad it is.
    public let severity: Severity
    /// Stable code, upper case with underscores.
    public let code: String
    /// One sentence.
    public let message: String

    /// An alert from its parts.
    public init(_ severity: Severity, _ code: String, _ message: String) {
        (self.severity, self.code, self.message) = (severity, code, message)
    }
}
