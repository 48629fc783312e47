package import Core

/// Which kind of account the twin plays.
package enum BitgetFamily: String, CaseIterable, Sendable {
    /// The classic account: `/api/v2`.
    case classic
    /// The unified account: `/api/v3`.
    case unified
    /// A copy-trading leader, whom the classic paths refuse.
    case elite
}

/// How positions are held in futures.
package enum BitgetHoldMode: String, CaseIterable, Sendable {
    /// One net position for each symbol.
    case oneWay = "one-way"
    /// A long and a short one.
    case hedge

    /// As the classic paths spell it.
    var wire: String { self == .oneWay ? "one_way_mode" : "hedge_mode" }
}

/// An API key with its secrets.
package struct BitgetKey: Sendable {
    package let key: String
    package let secret: String
    package let passphrase: String
    /// Whether it may place and cancel.
    package let mayTrade: Bool

    /// A key from its parts.
    package init(key: String, secret: String, passphrase: String, mayTrade: Bool = true) {
        (self.key, self.secret, self.passphrase, self.mayTrade) = (key, secret, passphrase, mayTrade)
    }

    /// The key that may trade on every twin. It opens nothing anywhere else.
    package static let trading = BitgetKey(
        key: "bg_twin_key", secret: "twin_secret_0123456789abcdef", passphrase: "TwinPass123")

    /// A key that may only read.
    package static let reading = BitgetKey(
        key: "bg_twin_readonly", secret: "twin_readonly_0123456789abcdef", passphrase: "TwinPass123", mayTrade: false)
}

/// What is set before the twin starts.
package struct BitgetSetup: Sendable {
    /// The account family.
    package var family = BitgetFamily.classic
    /// The position mode at the start.
    package var holdMode = BitgetHoldMode.oneWay
    /// The margin mode of every symbol at the start.
    package var isolates = false
    /// The leverage of every symbol at the start.
    package var leverage = 10
    /// USDT in the futures account (and, where the account is unified, of everything).
    package var futuresBalance = Money(FixedDecimal(100_000))
    /// USDT in the spot account.
    package var spotBalance = Money(FixedDecimal(100_000))
    /// The keys it knows.
    package var keys = [BitgetKey.trading, .reading]
    /// Whether it is the demo environment, which wants the `paptrading` header.
    package var isDemo = false
    /// Whether requests are counted against the limits.
    package var hasLimits = true
    /// How long an accepted order waits before it is matched.
    package var orderLag = TimeSpan.milliseconds(5)
    /// How long an order stays after its cancellation was accepted.
    package var cancelLag = TimeSpan.milliseconds(30)
    /// How long a private stream stays open without a login. That it ends is documented, after how long is not.
    package var loginTimeout = TimeSpan.seconds(30)
    /// Whether the error codes from before October 2025 are used where they differ.
    package var usesOldCodes = false
    /// Whether `tradeSide` is refused in one-way mode; otherwise it is ignored.
    package var refusesTradeSide = true
    /// Whether open orders are told as documented: without a status those alone that nothing of was filled.
    package var listsNarrowly = true
    /// Whether unified accounts have the strategy orders that only newer documentation knows of: on spot, and of more
    /// types.
    package var hasNewStrategies = true
    /// The largest amount of one market order; a limit order may have five times as much. Nil for none.
    package var largestMarket: Quantity?
    /// How far market orders are moved against the client, in basis points.
    package var slippage = FixedDecimal.zero

    /// The usual setup: classic, one-way, crossed, 100 000 USDT on each side.
    package init() {}

    /// The largest amount of one limit order.
    var largestLimit: Quantity? { largestMarket.map { Quantity($0.value.times(FixedDecimal(5))) } }

    static let futuresTaker = FixedDecimal(6)
    static let futuresMaker = FixedDecimal(2)
    static let spotFee = FixedDecimal(10)
}
