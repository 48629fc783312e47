import Brokers
import Core
import Foundation
import Synchronization

/// A small scripted T-Invest: one account, one share with a lot of ten, written from the venue's documents alone.
final class TinkoffStandIn: StandInVenue {
    /// How it behaves where the documents leave it open, or where the venue is known to misbehave.
    struct Manner: Sendable {
        var duplicateIsError = true
        /// What stages count; nil lists none.
        var stageUnit: String? = "lots"
        /// Positions lag so many readings behind orders.
        var positionLag = 0
        /// Orders are not found for so many readings after an answer of "internal error".
        var blindness = 0
        var isOpen = true
        var status = "NORMAL_TRADING"
        /// Parts that a market order is filled in.
        var parts: Int64 = 1
        /// Flags of the share that are not as usual.
        var flags: [String: Bool] = [:]
        /// By how much the last trade is older than now, in milliseconds.
        var priceAge: Int64 = 0
        /// What the streams of orders and market data acknowledge with.
        var acknowledgement = "OK"
        /// The order that a stop became is not listed for so many readings of orders; whether it is told singly before.
        var (childLag, tellsHidden) = (0, false)
        /// Whether stops execute without an order, and when they say that they fired; nil does not say.
        var (isBarren, firedAgo): (Bool, Int64?) = (false, 0)
        /// Whether the period that stops are asked for goes by when they were placed.
        var listsStopsByPlacing = false
        /// A new stop is not listed for so many milliseconds.
        var stopLag: Int64 = 0
        var accounts: [[String: String]] = [
            [
                "id": "2000000001", "name": "Main", "status": "ACCOUNT_STATUS_OPEN",
                "accessLevel": "ACCOUNT_ACCESS_LEVEL_FULL_ACCESS",
            ]
        ]
    }

    struct Entry: Sendable {
        var id: String
        var key: String
        var isBuy: Bool
        var isLimit: Bool
        var price: FixedDecimal
        var lots: Int64
        var done: Int64 = 0
        var status = "NEW"
        var trades: [(id: String, price: FixedDecimal, lots: Int64, at: Int64)] = []
        var hiddenFor = 0
        /// Placed on an earlier day: in no list any more.
        var isPast = false
        var at: Int64
    }

    struct Stop: Sendable {
        var id: String
        var isBuy: Bool
        var takesProfit: Bool
        var lots: Int64
        var trigger: FixedDecimal
        var status = "ACTIVE"
        var expires: String?
        var child: String?
        var at: Int64
        var firedAt: Int64?
    }

    struct State: Sendable {
        var manner = Manner()
        var last = FixedDecimal(100)
        var orders: [Entry] = []
        var stops: [Stop] = []
        var pieces: Int64 = 0
        var shown: [Int64] = []
        var shownUntil: Int64 = 0
        var cash = FixedDecimal(1_000_000)
        var count: Int64 = 1000
        var calls: [String: Int] = [:]
        var bodies: [(method: String, body: String)] = []
        /// What the next call of a method comes to, before or after it did its work.
        var faults: [String: [Fault]] = [:]
        var candles: String?
        /// What was said on streams, with the stream's name.
        var said: [(stream: String, text: String)] = []
        var lowest: Int64 = 0
        var highest: Int64 = 0
    }

    enum Fault: Sendable {
        case answerThen(status: Int, body: String)
        case answerInstead(status: Int, headers: [String: String], body: String)
        case cutAfter, cutBefore, held(@Sendable () async -> Void)
    }

    static let token = "t.secret-token"
    static let account = "2000000001"
    static let uid = "e6123145-9665-43e0-8413-cd61b8aa9b13"
    static let lot: Int64 = 10
    static let contract = "tinkoff.public.invest.api.contract.v1."
    let state: Mutex<State>

    init(_ manner: Manner = Manner()) {
        var state = State()
        state.manner = manner
        self.state = Mutex(state)
    }

    func fail(_ method: String, _ fault: Fault) {
        state.withLock { $0.faults[method, default: []].append(fault) }
    }

    func calls(_ method: String) -> Int { state.withLock { $0.calls[method] ?? 0 } }

    // MARK: HTTP

    func answer(_ request: StandInRequest) -> StandInAnswer {
        guard request.method == "POST", request.path.hasPrefix("/rest/" + Self.contract) else {
            return .reply(status: 404, headers: [:], body: "")
        }
        guard request.headers["authorization"] == "Bearer \(Self.token)" else {
            return Self.error(401, 16, "40003", "authentication token is missing or invalid")
        }
        let method = String(request.path.dropFirst(6 + Self.contract.count))
        let body = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: Any] ?? [:]
        return state.withLock { state in
            state.calls[method, default: 0] += 1
            state.bodies.append((method, String(decoding: request.body, as: UTF8.self)))
            let fault = state.faults[method]?.isEmpty == false ? state.faults[method]?.removeFirst() : nil
            if case .answerInstead(let status, let headers, let body) = fault {
                return .reply(status: status, headers: headers, body: body)
            }
            if case .cutBefore = fault { return .cut }
            let usual = Self.answer(method, body, &state)
            switch fault {
            case .answerThen(let status, let body):
                if state.manner.blindness > 0, let last = state.orders.indices.last {
                    state.orders[last].hiddenFor = state.manner.blindness
                }
                return .reply(status: status, headers: [:], body: body)
            case .cutAfter: return .cut
            case .held(let wait): return .after(wait, usual)
            default: return usual
            }
        }
    }

    static func error(_ http: Int, _ status: Int, _ code: String, _ text: String) -> StandInAnswer {
        .reply(
            status: http, headers: ["x-tracking-id": "track"],
            body: #"{"code":\#(status),"message":"\#(text)","description":"\#(code)"}"#)
    }

    static func ok(_ body: String) -> StandInAnswer {
        .reply(
            status: 200,
            headers: [
                "x-tracking-id": "track", "x-ratelimit-limit": "300, 300;w=60", "x-ratelimit-remaining": "290",
                "x-ratelimit-reset": "30",
            ], body: body)
    }

    static func moment(_ milliseconds: Int64) -> String { TinkoffTime.write(Timestamp(milliseconds: milliseconds)) }
    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private static func answer(_ method: String, _ body: [String: Any], _ state: inout State) -> StandInAnswer {
        switch method {
        case "UsersService/GetAccounts":
            let rows = state.manner.accounts
            guard let data = try? JSONSerialization.data(withJSONObject: ["accounts": rows]) else { return .cut }
            return ok(String(decoding: data, as: UTF8.self))
        case "UsersService/GetUserTariff":
            return ok(#"{"unaryLimits":[],"streamLimits":[]}"#)
        case "UsersService/GetInfo": return ok(#"{"qualStatus":false}"#)
        case "InstrumentsService/ShareBy", "InstrumentsService/GetInstrumentBy": return share(body, state.manner.flags)
        case "InstrumentsService/TradingSchedules": return ok(schedule())
        case "MarketDataService/GetTradingStatuses": return ok(status(state))
        case "MarketDataService/GetLastPrices":
            return ok(
                #"{"lastPrices":[{"figi":"X"},{"price":\#(quotation(state.last)),"#
                    + #""time":"\#(moment(now() - state.manner.priceAge))","#
                    + #""instrumentUid":"\#(uid)","lastPriceType":"LAST_PRICE_EXCHANGE"}]}"#)
        case "MarketDataService/GetCandles": return ok(state.candles ?? #"{"candles":[]}"#)
        case "SandboxService/OpenSandboxAccount":
            state.manner.accounts = [["id": account, "name": "aitrade", "status": "ACCOUNT_STATUS_OPEN"]]
            return ok(#"{"accountId":"\#(account)"}"#)
        case "SandboxService/SandboxPayIn":
            state.cash = state.cash + number(body["amount"])
            return ok(#"{"balance":{"currency":"rub",\#(quotation(state.cash).dropFirst())}"#)
        default: return orders(method, body, &state)
        }
    }

    private static func share(_ body: [String: Any], _ flags: [String: Bool]) -> StandInAnswer {
        func flag(_ name: String) -> String { #""\#(name)":\#(flags[name] ?? true)"# }
        let id = body["id"] as? String
        let isTicker = id == "SBER" && body["classCode"] as? String == "TQBR"
        guard isTicker || id == "BBG004730N88" || id == uid else {
            return error(404, 5, "50002", "instrument not found")
        }
        return ok(
            #"{"instrument":{"figi":"BBG004730N88","ticker":"SBER","classCode":"TQBR","lot":\#(lot),"currency":"rub","#
                + #""exchange":"moex","minPriceIncrement":{"units":"0","nano":10000000},"#
                + flag("apiTradeAvailableFlag") + "," + flag("buyAvailableFlag") + "," + flag("sellAvailableFlag")
                + "," + flag("shortEnabledFlag") + #","uid":"\#(uid)","#
                + #""brandNew":{"x":[1]},"realExchange":"REAL_EXCHANGE_NEW"}}"#)
    }

    private static func schedule() -> String {
        let day = now() / 86_400_000 * 86_400_000
        let days = (0..<7).map { index -> String in
            let start = day + Int64(index) * 86_400_000
            return #"{"date":"\#(moment(start))","isTradingDay":true,"startTime":"\#(moment(start + 25_200_000))","#
                + #""endTime":"\#(moment(start + 56_400_000))"}"#
        }
        return #"{"exchanges":[{"exchange":"MOEX","days":[\#(days.joined(separator: ","))]}]}"#
    }

    private static func status(_ state: State) -> String {
        let flag = state.manner.isOpen ? "true" : "false"
        return #"{"tradingStatuses":[{"instrumentUid":"\#(uid)","tradingStatus":"SECURITY_TRADING_STATUS_"#
            + #"\#(state.manner.status)","limitOrderAvailableFlag":\#(flag),"marketOrderAvailableFlag":\#(flag),"#
            + #""apiTradeAvailableFlag":true,"bestpriceOrderAvailableFlag":\#(flag)}]}"#
    }

    // MARK: Streams

    func heard(_ message: String, path: String) -> [String] {
        state.withLock { state in
            let stream = String(path.split(separator: "/").last ?? "")
            state.calls[stream, default: 0] += 1
            state.said.append((stream, message))
        }
        if path.hasSuffix("OrderStateStream") {
            let word = state.withLock { $0.manner.acknowledgement }
            return [#"{"subscription":{"status":"RESULT_SUBSCRIPTION_STATUS_\#(word)"}}"#]
        }
        if message.contains("subscribeLastPriceRequest") {
            let word = state.withLock { $0.manner.acknowledgement == "OK" ? "SUCCESS" : $0.manner.acknowledgement }
            return [
                #"{"subscribeLastPriceResponse":{"lastPriceSubscriptions":[{"instrumentUid":"\#(Self.uid)","#
                    + #""subscriptionStatus":"SUBSCRIPTION_STATUS_\#(word)"}]}}"#
            ]
        }
        return []
    }
}
