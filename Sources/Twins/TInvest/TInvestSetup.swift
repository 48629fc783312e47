package import Core

/// An access token and what it opens.
package struct TInvestToken: Sendable {
    /// The text behind `Bearer`.
    package let text: String
    /// Whether it may place and cancel.
    package let mayTrade: Bool
    /// Whether it belongs to the sandbox.
    package let isSandbox: Bool

    /// A token from its parts.
    package init(_ text: String, mayTrade: Bool = true, isSandbox: Bool = false) {
        (self.text, self.mayTrade, self.isSandbox) = (text, mayTrade, isSandbox)
    }

    /// The token that may trade on every twin. It opens nothing anywhere else.
    package static let trading = TInvestToken("t.twin_full_access_token")
    /// A token that may only read.
    package static let reading = TInvestToken("t.twin_readonly_token", mayTrade: false)
    /// The token of the sandbox.
    package static let sandbox = TInvestToken("t.twin_sandbox_token", isSandbox: true)
}

/// What a repeated idempotency key is answered with; the venue's documents contradict each other.
package enum TInvestDuplicates: String, CaseIterable, Sendable {
    /// Error 30057.
    case refuse
    /// The state of the order that has the key.
    case state
}

/// What becomes of stop orders in the sandbox; nobody has established it.
package enum TInvestSandboxStops: String, CaseIterable, Sendable {
    /// They are taken and listed and never act.
    case rest
    /// They act as in production.
    case fire
    /// The service is not there.
    case refuse
}

/// The venue's odd ways, which the control endpoint may change while clients are connected.
package struct TInvestQuirks: Sendable {
    /// What a repeated key is answered with.
    package var duplicates = TInvestDuplicates.refuse
    /// So many next orders are taken, answered with 70002 and not to be found for a while.
    package var lateOrders = 0
    /// For how long they are not to be found; stop orders, too.
    package var lateFor = TimeSpan.seconds(3)
    /// So many next replacements cancel the old order and then fail.
    package var failedReplaces = 0
    /// So many next orders are refused within an answer of success.
    package var quietRejections = 0
    /// So many next orders and cancellations are not taken, and answered with 500 and a body of nulls.
    package var nullErrors = 0
    /// So many next stop orders are taken, answered with 70002 and neither listed nor found for a while.
    package var lateStops = 0
    /// Whether a repeated key of a stop order places another one.
    package var keylessStops = false
    /// So many next stop orders that fire are told as executed, and no order comes of them.
    package var childlessStops = 0
    /// Whether the stages of an order count pieces instead of lots.
    package var stagesInPieces = false
    /// Whether shares take orders at the best price alone.
    package var onlyBestPrice = false
    /// Whether answers carry fields and names that no client knows.
    package var surprises = false
    /// Whether states of orders, of stop orders and of trading are told in words that no client knows.
    package var strangeWords = false
    /// Whether the first last price comes without its price.
    package var missingPrices = false
    /// Until when positions are told as still loading, by the real time.
    package var loadingUntil = Timestamp.epoch
    /// Whether the first event of an order carries an id of the broker's own.
    package var internalIDs = true
    /// Whether market orders are taken while only a dealer trades.
    package var dealerMarket = false
    /// So many next streams are opened and their subscriptions refused.
    package var refusedStreams = 0
    /// Whether streams that fail are closed with four thousand and the status of the error, without a message.
    package var closeCodes = false
    /// Whether the description of an error is a bare number instead of a text.
    package var bareDescriptions = false

    /// The ways most often reported.
    package init() {}
}

/// How requests are counted; the venue's pages differ.
package enum TInvestTariff: String, CaseIterable, Sendable {
    /// By minutes; placing, cancelling and listing stop orders share fifty.
    case documents
    /// Orders by seconds, fifteen; listing stop orders has sixty of its own.
    case portal
}

/// What is set before the twin starts.
package struct TInvestSetup: Sendable {
    /// Whether it is the sandbox: other ids, whole fills, accounts to be opened.
    package var isSandbox = false
    /// Roubles in the account at the start; sandbox accounts begin empty.
    package var balance = Money(FixedDecimal(1_000_000))
    /// The account of production.
    package var account = "2000000001"
    /// The tokens it knows.
    package var tokens = [TInvestToken.trading, .reading, .sandbox]
    /// Commission on every deal, in basis points.
    package var commission = FixedDecimal(5)
    /// How far market orders are moved against the client, in basis points.
    package var slippage = FixedDecimal.zero
    /// Whether requests are counted against the limits.
    package var hasLimits = true
    /// How long an accepted order waits before it is matched; the sandbox matches at once.
    package var orderLag = TimeSpan.milliseconds(5)
    /// How long an order stays after its cancellation was accepted.
    package var cancelLag = TimeSpan.zero
    /// How long deals are told before positions and money show them.
    package var positionLag = TimeSpan.zero
    /// How long a stop has left those that wait before the order it becomes is there.
    package var childLag = TimeSpan.zero
    /// How requests are counted.
    package var tariff = TInvestTariff.documents
    /// For how long after the start positions are told as loading.
    package var loadingFor = TimeSpan.zero
    /// Whether shares may be sold short.
    package var allowsShort = true
    /// When the exchange trades.
    package var calendar = TInvestCalendar.always
    /// What stop orders do in the sandbox.
    package var sandboxStops = TInvestSandboxStops.rest
    /// The odd ways at the start.
    package var quirks = TInvestQuirks()

    /// The usual setup: production, a million roubles, trading around the clock.
    package init() {}

    /// The board of every share here.
    static let classCode = "TQBR"
}
