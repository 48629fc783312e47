import Core
import Logging

/// What a stream of the venue says and hears. Each has a socket of its own; all ping by themselves when asked to.
struct TinkoffStream: StreamScript {
    /// What a stream is about.
    enum Kind: Hashable, Sendable {
        /// Prices, books, trading states, and closed bars of a length.
        case market(BarInterval?)
        /// States of orders.
        case orders
        /// Executions alone.
        case trades
        /// Holdings.
        case portfolio

        var name: String {
            switch self {
            case .market: "market"
            case .orders: "orders"
            case .trades: "trades"
            case .portfolio: "portfolio"
            }
        }

        var method: String {
            switch self {
            case .market: "MarketDataStreamService/MarketDataStream"
            case .orders: "OrdersStreamService/OrderStateStream"
            case .trades: "OrdersStreamService/TradesStream"
            case .portfolio: "OperationsStreamService/PortfolioStream"
            }
        }
    }

    let broker: TinkoffBroker
    let kind: Kind
    let uids: [String]
    let account: String

    /// The venue pings; ours are those of the protocol.
    let ping = ""

    func login() async -> String? { nil }

    // MARK: What is said

    func subscriptions() async -> [String] {
        let delay = Int64(broker.settings.streamPing.components.seconds)
        let milliseconds = JSONBody.number(max(delay, 1) * 1000)
        let accounts = JSONBody.list([.text(account)])
        switch kind {
        case .orders:
            return [JSONBody(["accounts": accounts, "pingDelayMillis": milliseconds]).text]
        case .trades:
            return [JSONBody(["accounts": accounts, "pingDelayMs": milliseconds]).text]
        case .portfolio:
            let settings = JSONBody(["pingDelayMs": .number(max(delay, 5) * 1000)])
            return [JSONBody(["accounts": accounts, "pingSettings": settings]).text]
        case .market(let interval): return marketSubscriptions(interval, ping: max(delay, 5) * 1000)
        }
    }

    /// One subject for each message.
    private func marketSubscriptions(_ interval: BarInterval?, ping: Int64) -> [String] {
        func request(_ subject: String, _ rest: [JSONMember], _ each: [JSONMember] = []) -> String {
            let instruments = uids.map { uid in
                JSONBody.object([JSONMember(name: "instrumentId", value: .text(uid))] + each)
            }
            let body = [
                JSONMember(name: "subscriptionAction", value: "SUBSCRIPTION_ACTION_SUBSCRIBE"),
                JSONMember(name: "instruments", value: .list(instruments)),
            ]
            return JSONBody.object([JSONMember(name: subject, value: .object(body + rest))]).text
        }
        var messages = [
            JSONBody(["pingSettings": JSONBody(["pingDelayMs": .number(ping)])]).text,
            request("subscribeInfoRequest", []), request("subscribeLastPriceRequest", []),
            request(
                "subscribeOrderBookRequest", [],
                [
                    JSONMember(name: "depth", value: 1),
                    JSONMember(name: "orderBookType", value: "ORDERBOOK_TYPE_EXCHANGE"),
                ]),
        ]
        if let word = interval.flatMap(TinkoffInterval.of)?.streamWord {
            messages.append(
                request(
                    "subscribeCandlesRequest",
                    [
                        JSONMember(name: "waitingClose", value: true),
                        JSONMember(name: "candleSourceType", value: "CANDLE_SOURCE_EXCHANGE"),
                    ], [JSONMember(name: "interval", value: .text("SUBSCRIPTION_INTERVAL_\(word)"))]))
        }
        return messages
    }

    // MARK: What is heard

    func receive(_ message: [UInt8]) async -> StreamNotice {
        guard let root = try? JSONText(message).root, root.isObject else {
            return .broken("a message that is no JSON, of \(message.count) bytes")
        }
        if let ping = root["ping"] {
            if let time = TinkoffReading.moment(ping["time"]) { await broker.client.heardTime(time) }
            return await broker.isStalled(kind.name) ? .broken("it pings but tells nothing any more") : .message
        }
        // An error stands where a message should.
        if let error = root["error"] ?? (root["code"] != nil && root["message"] != nil ? root : nil) {
            return failed(error)
        }
        if let word = refusal(root) { return .broken("a subscription was refused: \(word)") }
        switch kind {
        case .orders: await hearOrder(root)
        case .trades:
            if let trades = root["orderTrades"] {
                await broker.hearOfOrder(trades["orderId"]?.string.map { [$0] } ?? [])
            }
        case .portfolio: if root["portfolio"] != nil { await broker.hearOfAccount() }
        case .market: await hearMarket(root)
        }
        return .message
    }

    /// The word by which a wish was not granted; nil when none was, or nothing was answered.
    private func refusal(_ root: JSONValue) -> String? {
        func word(_ value: JSONValue?) -> String? {
            guard let word = value?.nonEmpty, !word.hasSuffix("_OK"), !word.hasSuffix("_SUCCESS") else { return nil }
            return word
        }
        if let status = word(root["subscription"]?["status"]) { return status }
        let rows = [
            root["subscriptions"]?["accounts"], root["subscribeInfoResponse"]?["infoSubscriptions"],
            root["subscribeLastPriceResponse"]?["lastPriceSubscriptions"],
            root["subscribeOrderBookResponse"]?["orderBookSubscriptions"],
            root["subscribeCandlesResponse"]?["candlesSubscriptions"],
        ].flatMap { $0?.elements ?? [] }
        return rows.lazy.compactMap { word($0["subscriptionStatus"]) }.first
    }

    private func hearOrder(_ root: JSONValue) async {
        // What was asked for is told from here on, not from the asking.
        if root["subscription"] != nil || root["orderState"] != nil { await broker.streamIsServed(kind) }
        if let state = root["orderState"] {
            let names = [state["orderRequestId"], state["orderId"], state["tradeOrderId"]].compactMap { $0?.nonEmpty }
            await broker.hearOfOrder(
                names.map { $0.lowercased() }, uid: state["instrumentUid"]?.nonEmpty,
                side: try? TinkoffReading.side(state["direction"], "an order"))
        } else if root["stopOrderState"] != nil {
            await broker.hearOfStops()
        }
    }

    private func hearMarket(_ root: JSONValue) async {
        if let price = root["lastPrice"] {
            if let read = TinkoffReading.lastPrice(price) { await broker.hearStreamed(read) }
        } else if let book = root["orderbook"] {
            guard book["isConsistent"]?.flag ?? true, let uid = book["instrumentUid"]?.nonEmpty else { return }
            let bid = TinkoffReading.price(book["bids"]?.elements.first?["price"])
            let ask = TinkoffReading.price(book["asks"]?.elements.first?["price"])
            await broker.hearQuote(uid, bid: bid, ask: ask)
        } else if root["tradingStatus"] != nil {
            await broker.hearOfSession()
        } else if let candle = root["candle"] {
            if let uid = candle["instrumentUid"]?.nonEmpty { await broker.hearOfBar(uid) }
        }
    }

    private func failed(_ error: JSONValue) -> StreamNotice {
        let words = error["message"]?.string ?? ""
        let text = Secret.hide(broker.settings.token.map { [$0] } ?? [], in: words, marks: ["bearer "])
        let code = error["description"]?.nonEmpty ?? text
        let status = error["code"]?.integer.map { Int($0) }
        let verdict = TinkoffErrors.verdict(code: code, text: text, status: status, http: 200, isOrder: false)
        // The count of streams is renewed every two minutes; a refused token is for a person.
        guard [.configuration, .throttled].contains(verdict) else {
            return .broken("the stream failed: \(code) \(text)")
        }
        return .later(
            broker.settings.streamPause,
            VenueError(
                verdict.remedy, code: "TINKOFF_\(code)", message: TinkoffErrors.sentence(code: code, text: text)))
    }

    /// The codes are four thousand and the status of the call.
    func closure(_ code: Int) -> StreamClosure {
        switch code {
        // Only calls decide whether a token is refused: a stream that says so comes again, not often.
        case 4007, 4016:
            let number = code == 4007 ? "40002" : "40003"
            return .after(
                broker.settings.streamPause,
                VenueError(
                    .configuration, code: "TINKOFF_\(number)", message: TinkoffErrors.sentence(code: number, text: "")))
        // The count of streams is renewed every two minutes.
        case 4008: return .after(broker.settings.streamPause)
        default: return .usual
        }
    }

    /// Orders are told from their acknowledgement on.
    func connected() async { if kind != .orders { await broker.stream(kind, isUp: true) } }

    func disconnected(_ reason: String, isFinal: Bool) async {
        broker.log.log(
            level: isFinal ? .error : .warning, "a stream was lost; readings go on",
            metadata: [
                "broker": "\(broker.name)", "stream": "\(kind.name)", "reason": "\(reason)", "final": "\(isFinal)",
            ])
        await broker.stream(kind, isUp: false)
    }
}
