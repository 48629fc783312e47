package import Core

/// The keys of an account. They print as `<REDACTED>`.
package struct BitgetCredentials: Hashable, Sendable {
    /// The API key.
    package let key: Secret
    /// What signs.
    package let secret: Secret
    /// The passphrase chosen with the key.
    package let passphrase: Secret

    /// Credentials from their parts.
    package init(key: Secret, secret: Secret, passphrase: Secret) {
        (self.key, self.secret, self.passphrase) = (key, secret, passphrase)
    }

    /// The venue's words without what signs or logs in.
    static func hide(_ credentials: BitgetCredentials?, in text: String) -> String {
        let secrets = credentials.map { [$0.key, $0.secret, $0.passphrase] } ?? []
        return Secret.hide(secrets, in: text, marks: ["access-sign"])
    }
}

/// What is traded.
package enum BitgetMarket: String, Hashable, Sendable, CaseIterable {
    /// USDT-margined perpetual futures.
    case futures
    /// Spot.
    case spot
}

/// The two languages of the venue; an account understands exactly one.
package enum BitgetFamily: String, Hashable, Sendable, CaseIterable {
    /// Classic accounts, version 2.
    case classic
    /// Unified accounts, version 3.
    case unified
}

/// How margin is shared between positions.
package enum BitgetMarginMode: String, Hashable, Sendable, CaseIterable {
    /// Shared.
    case crossed
    /// Each position its own.
    case isolated
}

/// Which native orders protect a position. The venue allows one whole-position order of a kind, but many sized ones.
package enum BitgetStopStyle: String, Hashable, Sendable, CaseIterable {
    /// Sized orders: `loss_plan` and `profit_plan`.
    case partial
    /// One order for the whole position: `pos_loss` and `pos_profit`.
    case position
}

/// Everything that makes one client of the venue.
package struct BitgetSettings: Sendable {
    /// Scheme, host and port of REST.
    package var baseURL = "https://api.bitget.com"
    /// Scheme, host and port of the streams; nil for the venue's own, by `isDemo`.
    package var streamURL: String?
    /// Nil reads public data only.
    package var credentials: BitgetCredentials?
    /// Whether this is the demo environment.
    package var isDemo = false
    /// What is traded.
    package var market = BitgetMarket.futures
    /// The margin mode to require; nil takes what is set.
    package var marginMode: BitgetMarginMode?
    /// The leverage to set and verify; nil takes what is set.
    package var leverage: Int?
    /// The account's language; nil probes.
    package var family: BitgetFamily?
    /// Which price triggers protections: the last one, or the mark price.
    package var triggersByMark = false
    /// Which native orders protect.
    package var stopStyle = BitgetStopStyle.partial
    /// Whether stream logins carry seconds (as clients do) or milliseconds (as the newest prose says).
    package var loginInSeconds = true
    /// Extra roots for TLS.
    package var trust = TrustRoots.system
    /// How far a market order on spot may run from the best price before the rest is cancelled, in basis points.
    package var spotSlippage = FixedDecimal(100)
    /// "Never heard of it" about an order that may be on its way is not believed for so long: a request that is older
    /// is refused by its timestamp.
    package var absence = TimeSpan.seconds(35)
    /// The same for orders that can only reduce.
    package var exitAbsence = TimeSpan.seconds(2)
    /// Time for one exchange.
    package var deadline = Duration.seconds(8)
    /// So long an account's reading waits for its executions; many are read on without it.
    package var historyPatience = Duration.seconds(3)
    /// Between two readings of orders and fills while the private stream works; without it, a fifth of that.
    package var resync = Duration.seconds(5)
    /// Prices are read by REST when no stream told one for so long.
    package var priceSilence = Duration.seconds(5)
    /// Steps and minimums are read again when they are older.
    package var rulesAge = Duration.seconds(3600)
    /// Whether a symbol can be traded is read again when it is older: a venue in maintenance is noticed soon.
    package var statusAge = Duration.seconds(60)
    /// The same for a symbol that is closed: its opening is waited for.
    package var closedAge = Duration.seconds(10)
    /// The venue's clock is measured again when the last measure is older.
    package var clockAge = Duration.seconds(600)
    /// Pings, silence and age of streams.
    package var stream = StreamWatch.Limits()
    /// Waits between connection attempts.
    package var backoff = Backoff()
    /// What the venue allows, times this; more than one only where a stand-in allows more.
    package var pace = 1.0
    /// What was used of what the venue allows its account: every client that is made of these settings, or of a copy,
    /// counts there, whichever market it trades.
    package let counts = RequestCounts()
    /// Seeds the jitter.
    package var seed: UInt64 = 1

    /// The venue's own addresses, public data only.
    package init() {}

    /// The futures family and margin coin this client speaks of.
    static let productType = "USDT-FUTURES"
    static let marginCoin = "USDT"

    /// The address of a stream.
    package func streamAddress(_ family: BitgetFamily, isPrivate: Bool) -> String {
        let base = streamURL ?? (isDemo ? "wss://wspap.bitget.com" : "wss://ws.bitget.com")
        return "\(base)/\(family == .classic ? "v2" : "v3")/ws/\(isPrivate ? "private" : "public")"
    }
}
