package import Core

/// Whether the venue holds stops for us.
package enum TinkoffStops: String, Hashable, Sendable, CaseIterable {
    /// In production, and not in the sandbox, where nobody knows whether they trigger.
    case auto
    /// Always.
    case native
    /// Never: the runner watches prices.
    case synthetic
}

/// How a stop order is known again after a restart: the venue does not tell the name we gave it.
package enum TinkoffStopMark: String, Hashable, Sendable, CaseIterable {
    /// By its date of expiry, more than a month ahead, the second of which is derived from the name.
    case expiry
    /// By instrument, side, lots, level and time of placing alone; the order never expires.
    case attributes
}

/// In what the stages of an order are counted; the contract says lots, but nobody proved it.
package enum TinkoffStageUnit: String, Hashable, Sendable, CaseIterable {
    /// Lots.
    case lots
    /// Shares.
    case pieces
}

/// Everything that makes one client of the venue.
package struct TinkoffSettings: Sendable {
    /// Scheme, host, port and path of REST; nil for the venue's own, by `isSandbox`.
    package var baseURL: String?
    /// Scheme, host, port and path of the streams; nil for the venue's own, by `isSandbox`.
    package var streamURL: String?
    /// What the web settings of the account give out; nil calls nothing.
    package var token: Secret?
    /// Whether this is the sandbox: virtual accounts, own token.
    package var isSandbox = false
    /// The account to trade; nil takes the only one that the token may trade.
    package var accountID: String?
    /// The board whose shares are meant by a ticker.
    package var classCode = "TQBR"
    /// FIGIs to look shares up by instead of ticker and board; what comes back is checked all the same.
    package var figis: [Symbol: String] = [:]
    /// Whether positions may be opened short.
    package var mayShort = false
    /// Whether the broker's own weekend sessions count as open market.
    package var tradesWeekends = false
    /// Who holds stops.
    package var stops = TinkoffStops.auto
    /// How stops are known again.
    package var stopMark = TinkoffStopMark.expiry
    /// What stages count when the figures leave it open.
    package var stageUnit = TinkoffStageUnit.lots
    /// The value in roubles above which the venue refuses an order that nobody confirms by a code.
    package var largestOrder = Money(FixedDecimal(30_000_000))
    /// Whether executions are also listened for on the older stream that tells nothing else.
    package var hasTradesStream = false
    /// Extra roots for TLS, for this client alone.
    package var trust = TrustRoots.system
    /// What the venue shows as the caller.
    package var appName = "aitrade"
    /// "Never heard of it" about an order that may be on its way is not believed for so long.
    package var absence = TimeSpan.seconds(30)
    /// The same for orders that only reduce.
    package var exitAbsence = TimeSpan.seconds(5)
    /// The same for names that this process did not send, counted from its beginning.
    package var strangerAbsence = TimeSpan.seconds(5)
    /// Positions lag behind orders: two readings that do not add up are believed when they stay as they are for so
    /// long.
    package var settling = Duration.seconds(2)
    /// An execution that the venue counts but does not list is derived from the totals after so long.
    package var stagePatience = TimeSpan(milliseconds: 1000)
    /// A stop that executed, and of which no order was ever seen, is believed to come to nothing after so long.
    package var childPatience = Duration.seconds(60)
    /// Time for one exchange; a short one only manufactures doubt.
    package var deadline = Duration.seconds(10)
    /// Between two readings of orders while their stream works; without it, a third of that.
    package var resync = Duration.seconds(5)
    /// Prices are read by REST when no stream told one for so long.
    package var priceSilence = Duration.seconds(5)
    /// While the market is open, an older trade is no price.
    package var priceAge = TimeSpan.seconds(60)
    /// Between two readings of the market's state.
    package var sessionSpacing = Duration.seconds(15)
    /// How often streams are asked to ping.
    package var streamPing = Duration.seconds(10)
    /// Silence and age of streams.
    package var stream = StreamWatch.Limits(ping: .seconds(20), silence: .seconds(25), age: .seconds(82_800))
    /// A stream of orders that pings but does not tell of an end within so long is replaced.
    package var hintPatience = Duration.seconds(15)
    /// After "too many streams" none is opened for so long.
    package var streamPause = Duration.seconds(120)
    /// Waits between connection attempts.
    package var backoff = Backoff()
    /// Seeds the jitter.
    package var seed: UInt64 = 1

    /// The venue's own addresses, without a token.
    package init() {}

    /// The contract's package, which every path begins with; the renaming of the hosts left it alone.
    static let contract = "tinkoff.public.invest.api.contract.v1"

    /// Whether the venue holds stops.
    var holdsStops: Bool {
        switch stops {
        case .auto: !isSandbox
        case .native: true
        case .synthetic: false
        }
    }

    private var host: String { isSandbox ? "sandbox-invest-public-api.tbank.ru" : "invest-public-api.tbank.ru" }

    /// Where REST is; an address without a path gets the venue's.
    package var restBase: String { Self.completed(baseURL, path: "/rest") ?? "https://\(host)/rest" }

    /// Where a stream is.
    package func streamAddress(_ method: String) -> String {
        let base = Self.completed(streamURL, path: "/ws") ?? "wss://\(host)/ws"
        return "\(base)/\(Self.contract).\(method)"
    }

    private static func completed(_ address: String?, path: String) -> String? {
        guard var address else { return nil }
        while address.hasSuffix("/") { address.removeLast() }
        let authority = address.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
        return authority.isEmpty ? address + path : address
    }
}
