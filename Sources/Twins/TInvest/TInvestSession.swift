import Core

/// One stream and what its client asked for.
struct TInvestSession: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case quotes = "MarketDataStreamService/MarketDataStream"
        case quotesOnce = "MarketDataStreamService/MarketDataServerSideStream"
        case orders = "OrdersStreamService/OrderStateStream"
        case trades = "OrdersStreamService/TradesStream"
        case portfolio = "OperationsStreamService/PortfolioStream"
        case positions = "OperationsStreamService/PositionsStream"

        /// As fault plans call it.
        var channel: String {
            switch self {
            case .quotes, .quotesOnce: "marketdata"
            case .orders: "orders"
            case .trades: "trades"
            case .portfolio: "portfolio"
            case .positions: "positions"
            }
        }

        var isOfQuotes: Bool { self == .quotes || self == .quotesOnce }
    }

    /// One subscription to market data: what, of which share, how.
    struct Subscription: Hashable, Sendable {
        let what: String
        let symbol: Symbol
        /// The interval or the depth.
        let detail: String
        let waits: Bool
    }

    let kind: Kind
    let openedAt: Timestamp
    var accounts: [String] = []
    var hasAsked = false
    var subscriptions: [Subscription] = []
    var pingDelay = TimeSpan.seconds(120)
    var pingedAt: Timestamp
    var minute: Int64 = 0
    var requests = 0
    /// The candle that was told last, by subscription.
    var told: [Subscription: Timestamp] = [:]
}

extension TInvestWorld {
    package func handshake(_ request: TwinRequest, at now: TwinMoment) -> [String: String]? {
        guard Self.kind(request.path) != nil, token(of: request) != nil else { return nil }
        return request.headers["sec-websocket-protocol"] == nil ? [:] : ["Sec-WebSocket-Protocol": "json"]
    }

    private static func kind(_ path: String) -> TInvestSession.Kind? {
        let start = "/ws/\(TInvestRoute.space)"
        return path.hasPrefix(start) ? TInvestSession.Kind(rawValue: String(path.dropFirst(start.count))) : nil
    }

    package mutating func open(_ session: Int, path: String, at now: TwinMoment) -> Bool {
        self.now = now
        guard let kind = Self.kind(path) else { return false }
        sessions[session] = TInvestSession(kind: kind, openedAt: now.wall, pingedAt: now.wall)
        return true
    }

    package mutating func close(_ session: Int) { sessions[session] = nil }

    package mutating func receive(_ text: String, from session: Int, at now: TwinMoment) {
        self.now = now
        guard let kind = sessions[session]?.kind else { return }
        guard let message = Wire(json: text.utf8)?.camelled, case .object = message else {
            return fail(session, "30102", "The message is not JSON")
        }
        setPing(session, message)
        if kind.isOfQuotes { return hearQuotes(session, message) }
        greet(session, kind, message)
    }

    private mutating func setPing(_ session: Int, _ message: Wire) {
        let asked =
            message["pingSettings"]?["pingDelayMs"] ?? message["pingDelayMs"] ?? message["pingDelayMillis"]
        guard let milliseconds = asked?.string.flatMap(Int64.init) else { return }
        let (least, most): (Int64, Int64) = sessions[session]?.kind == .orders ? (1_000, 120_000) : (5_000, 180_000)
        sessions[session]?.pingDelay = .milliseconds(min(max(milliseconds, least), most))
    }

    /// The first message of a stream about accounts.
    private mutating func greet(_ session: Int, _ kind: TInvestSession.Kind, _ message: Wire) {
        let asked = message["accounts"]?.elements.compactMap(\.string) ?? []
        let own = asked.isEmpty ? accounts.filter(\.isOpen).map(\.id) : asked
        guard own.allSatisfy({ account($0) != nil }) else {
            return fail(session, TInvestFault.noAccount.code, TInvestFault.noAccount.message)
        }
        sessions[session]?.accounts = quirks.refusedStreams > 0 ? [] : own
        sessions[session]?.hasAsked = true
        let isRefused = quirks.refusedStreams > 0
        if isRefused { quirks.refusedStreams -= 1 }
        let names: Wire = ["trackingId": .text(trackingID), "streamId": .text(TInvestName.uuid("stream/\(session)"))]
        switch kind {
        case .trades where setup.isSandbox: break
        case .orders, .trades:
            let status: Wire = .text("RESULT_SUBSCRIPTION_STATUS_\(isRefused ? "ERROR" : "OK")")
            let facts: Wire = ["status": status, "accounts": .list(own.map(Wire.text))]
            say(session, ["subscription": names.adding(facts)])
        case .portfolio, .positions:
            let prefix = kind == .portfolio ? "PORTFOLIO" : "POSITIONS"
            let rows = own.map {
                Wire.json([
                    "accountId": .text($0),
                    "subscriptionStatus": .text(
                        "\(prefix)_SUBSCRIPTION_STATUS_\(isRefused ? "INTERNAL_ERROR" : "SUCCESS")"),
                ])
            }
            say(session, ["subscriptions": names.adding(["accounts": .list(rows)])])
            guard kind == .positions, message["withInitialPositions"] == .flag(true) else { return }
            for id in own {
                if let index = account(id) { say(session, ["initialPositions": positions(accounts[index])]) }
            }
        case .quotes, .quotesOnce: break
        }
    }

    // MARK: Sending

    mutating func say(_ session: Int, _ message: Wire, channel: String = "") {
        let surprise: Wire = ["newestField": ["kind": "KIND_OF_TOMORROW"]]
        let told = quirks.surprises ? message.adding(surprise) : message
        outbox.append(StreamMessage(session: session, channel: channel, content: .text(told.description)))
    }

    mutating func fail(_ session: Int, _ code: String, _ message: String) {
        let status = TInvestFault.statuses(code).grpc
        if quirks.closeCodes { return hangUp(session, .close(code: 4000 + UInt16(clamping: status))) }
        say(session, ["code": .whole(status), "message": .text(code), "details": [["message": .text(message)]]])
        hangUp(session)
    }

    mutating func hangUp(_ session: Int, _ content: StreamMessage.Content = .hangUp) {
        outbox.append(StreamMessage(session: session, channel: "", content: content))
        sessions[session] = nil
    }

    /// Tells everyone who listens to an account.
    mutating func tell(_ kind: TInvestSession.Kind, _ account: String, _ message: () -> Wire) {
        for session in sessions.keys.sorted() {
            guard let state = sessions[session], state.kind == kind, state.accounts.contains(account) else { continue }
            say(session, message(), channel: kind.channel)
        }
    }

    /// Pings, open candles, and the end of streams nobody subscribed on.
    mutating func publish() {
        for session in sessions.keys.sorted() {
            guard let state = sessions[session] else { continue }
            if state.kind == .quotes, state.subscriptions.isEmpty, now.wall - state.openedAt > .seconds(120) {
                fail(session, "80004", "The stream has no subscriptions")
                continue
            }
            if now.wall - state.pingedAt >= state.pingDelay {
                sessions[session]?.pingedAt = now.wall
                let stream = TInvestName.uuid("stream/\(session)")
                say(session, ["ping": ["time": .instant(now.venue), "streamId": .text(stream)]])
            }
            if state.kind.isOfQuotes { tellCandles(session) }
        }
    }
}
