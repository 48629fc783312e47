import Core

extension TInvestWorld {
    /// A message on a stream of market data: one wish each.
    mutating func hearQuotes(_ session: Int, _ message: Wire) {
        let kinds = [
            "subscribeCandlesRequest": "candles", "subscribeOrderBookRequest": "orderBook",
            "subscribeTradesRequest": "trades", "subscribeInfoRequest": "info",
            "subscribeLastPriceRequest": "lastPrice",
        ]
        for (name, what) in kinds.sorted(by: { $0.key < $1.key }) {
            guard let wish = message[name] else { continue }
            subscribe(session, what, wish)
        }
        if message["ping"] != nil {
            say(session, ["ping": ["time": .instant(now.venue), "pingRequestTime": .instant(now.venue)]])
        }
        guard message["getMySubscriptions"] != nil, let state = sessions[session] else { return }
        for what in kinds.values.sorted() {
            let own = state.subscriptions.filter { $0.what == what }
            let rows = own.map { acknowledged($0, "SUCCESS", isOn: true) }
            say(session, acknowledgement(what, rows))
        }
    }

    private mutating func subscribe(_ session: Int, _ what: String, _ wish: Wire) {
        let minute = now.wall.milliseconds / 60_000
        guard let state = sessions[session] else { return }
        sessions[session]?.requests = state.minute == minute ? state.requests + 1 : 1
        sessions[session]?.minute = minute
        let isOn = wish["subscriptionAction"]?.string != "SUBSCRIPTION_ACTION_UNSUBSCRIBE"
        var rows: [Wire] = []
        for asked in wish["instruments"]?.elements ?? [] {
            let name = asked["instrumentId"]?.string ?? asked["figi"]?.string ?? ""
            guard let listing = listings.first(where: { $0.isNamed(name) }) else {
                rows.append([
                    "instrumentUid": .text(name), "figi": "",
                    "subscriptionStatus": "SUBSCRIPTION_STATUS_INSTRUMENT_NOT_FOUND",
                ])
                continue
            }
            let subscription = TInvestSession.Subscription(
                what: what, symbol: listing.symbol, detail: (asked["interval"] ?? asked["depth"])?.string ?? "",
                waits: wish["waitingClose"] == .flag(true))
            rows.append(acknowledged(subscription, change(session, subscription, isOn), isOn: isOn))
        }
        say(session, acknowledgement(what, rows))
    }

    /// Adds or removes a subscription; how that went.
    private mutating func change(_ session: Int, _ subscription: TInvestSession.Subscription, _ isOn: Bool) -> String {
        guard var state = sessions[session] else { return "INTERNAL_ERROR" }
        defer { sessions[session] = state }
        guard state.requests <= 100 else { return "TOO_MANY_REQUESTS" }
        if !isOn {
            guard state.subscriptions.contains(subscription) else { return "SUBSCRIPTION_NOT_FOUND" }
            state.subscriptions.removeAll { $0 == subscription }
            return "SUCCESS"
        }
        if subscription.what == "candles" {
            guard TInvestGrain.all.contains(where: { $0.stream == subscription.detail }) else {
                return "INTERVAL_IS_INVALID"
            }
        }
        if subscription.what == "orderBook" {
            guard ["1", "10", "20", "30", "40", "50"].contains(subscription.detail) else { return "DEPTH_IS_INVALID" }
        }
        if !state.subscriptions.contains(subscription) {
            guard state.subscriptions.count < 300 else { return "LIMIT_IS_EXCEEDED" }
            state.subscriptions.append(subscription)
        }
        return "SUCCESS"
    }

    private func acknowledged(_ subscription: TInvestSession.Subscription, _ status: String, isOn: Bool) -> Wire {
        var facts = (listing(subscription.symbol)?.names ?? [:]).adding([
            "subscriptionStatus": .text("SUBSCRIPTION_STATUS_\(status)"),
            "subscriptionAction": .text("SUBSCRIPTION_ACTION_\(isOn ? "SUBSCRIBE" : "UNSUBSCRIBE")"),
            "streamId": "", "subscriptionId": "",
        ])
        if subscription.what == "candles" { facts = facts.adding(["interval": .text(subscription.detail)]) }
        if subscription.what == "orderBook" { facts = facts.adding(["depth": .number(subscription.detail)]) }
        return facts
    }

    private func acknowledgement(_ what: String, _ rows: [Wire]) -> Wire {
        let name = what.prefix(1).uppercased() + what.dropFirst()
        let list = what == "candles" ? "candles" : what == "trades" ? "trade" : what
        let key = list == "candles" ? "candlesSubscriptions" : "\(list)Subscriptions"
        let facts: Wire = .object([
            .init(key: "trackingId", value: .text(trackingID)), .init(key: key, value: .list(rows)),
        ])
        return .object([.init(key: "subscribe\(name)Response", value: facts)])
    }

    /// Tells everyone who asked for something about a share.
    private mutating func tellQuotes(
        _ what: String, _ listing: TInvestListing, _ message: (TInvestSession.Subscription) -> Wire
    ) {
        for session in sessions.keys.sorted() {
            guard let state = sessions[session], state.kind.isOfQuotes else { continue }
            for subscription in state.subscriptions
            where subscription.what == what && subscription.symbol == listing.symbol {
                say(session, message(subscription), channel: "marketdata")
            }
        }
    }

    mutating func pushStatus(_ listing: TInvestListing) {
        let status: Wire = .object([
            .init(key: "tradingStatus", value: tradingStatus(listing).adding(["time": .instant(now.venue)]))
        ])
        tellQuotes("info", listing) { _ in status }
    }

    /// A price was traded.
    mutating func pushPrice(_ listing: TInvestListing, _ price: Price, volume: Double) {
        guard !sessions.isEmpty else { return }
        let last: Wire = ["lastPrice": lastPrice(listing)]
        tellQuotes("lastPrice", listing) { _ in last }
        let lots = max(Int64(min(max(volume, 0), 1e15) / Double(listing.lot)), 1)
        let trade: Wire = listing.names.adding([
            "direction": "TRADE_DIRECTION_BUY", "price": .quotation(price), "quantity": .long(lots),
            "time": .instant(now.venue), "tradeSource": "TRADE_SOURCE_EXCHANGE",
        ])
        tellQuotes("trades", listing) { _ in ["trade": trade] }
        let world = self
        tellQuotes("orderBook", listing) { subscription in
            let book = world.book(listing, depth: Int(subscription.detail) ?? 10)
            return ["orderbook": book.adding(["isConsistent": true, "time": .instant(world.now.venue)])]
        }
    }

    /// The open candle every second, and each closed one once.
    mutating func tellCandles(_ session: Int) {
        guard let state = sessions[session] else { return }
        for subscription in state.subscriptions where subscription.what == "candles" {
            guard let listing = self.listing(subscription.symbol),
                let grain = TInvestGrain.all.first(where: { $0.stream == subscription.detail })
            else { continue }
            let toldAt = state.told[subscription] ?? .epoch
            let current = grain.start(of: now.venue)
            if toldAt < current, toldAt != .epoch {
                tellCandle(session, listing, grain, at: current - .milliseconds(grain.length))
            }
            guard toldAt < current || now.venue - toldAt >= .seconds(1) else { continue }
            sessions[session]?.told[subscription] = now.venue
            if !subscription.waits { tellCandle(session, listing, grain, at: current) }
        }
    }

    private mutating func tellCandle(
        _ session: Int, _ listing: TInvestListing, _ grain: TInvestGrain, at start: Timestamp
    ) {
        let end = start + .milliseconds(grain.length)
        guard let candle = market.candle(listing.symbol, from: start, to: end) else { return }
        let facts = listing.names.adding([
            "interval": .text(grain.stream), "lastTradeTs": .instant(min(now.venue, end)),
            "candleSourceType": "CANDLE_SOURCE_EXCHANGE",
        ])
        say(session, ["candle": facts.adding(ohlc(listing, candle))], channel: "marketdata")
    }
}
