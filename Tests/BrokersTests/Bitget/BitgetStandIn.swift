import Brokers
import Core
import Crypto
import Foundation
import Synchronization

/// A scripted venue in both languages, written from the reference and not from the client: it reads with Foundation
/// and checks signatures itself.
final class BitgetStandIn: StandInVenue {
    /// What goes wrong once, at the next request whose path ends so.
    enum Fault: Sendable {
        /// Refused before anything is done.
        case refused(code: String, status: Int = 400)
        /// Done, but answered with this code.
        case doneButAnswered(code: String)
        /// Done, but the connection is cut.
        case doneButCut
        /// Cut before anything is done.
        case cut
        /// Done, but a gateway's page comes back.
        case doneButPage
        /// Too many requests.
        case throttled(retryAfter: String?)
        /// Done, but the answer leaves the order's name out.
        case doneWithoutName
        /// Not done: a success, with a list of what failed by these codes.
        case failedRows(codes: [String])
        /// Refused before anything is done, in these words.
        case said(code: String, words: String)
    }

    struct State {
        var exchange = ModelExchange()
        var faults: [(suffix: String, fault: Fault)] = []
        var requests: [StandInRequest] = []
        var clockOffset: Int64 = 0
        var logins = 0
        var subscriptions: [String] = []
        var bars: [[String]] = []
        var leverage = "10"
        var symbolStatus = "normal"
        /// Other symbols than the usual one.
        var otherSymbols: Set<String> = []
        var marginMode = "crossed"
        /// The leverage of isolated short positions, where it is another.
        var shortLeverage: String?
        /// Whether every list has a row of an instrument that nothing can be called like here.
        var hasForeigner = false
        /// The margin mode of the last unified order.
        var openedIn = ""
        /// What a unified order of the wrong form is refused with.
        var modeCode = "25236"
        /// Whether the list of open futures orders never ends.
        var isEndless = false
        var endlessID = 0
        /// The coin that fees of classic executions are told in.
        var feeCoin = "USDT"
        /// What is told of the key; nil when that is unknown here.
        var keyInfo: String?
        /// While it is shut, executions are answered up to so many times.
        var fills: (gate: Gate, answers: Int)?
        /// How many calls are said to be left, where that is said.
        var remaining: String?
        /// Whether settings are taken but not kept.
        var forgetsSettings = false
        /// Whether modes are kept from being changed while a position is held.
        var fixesModes = false
        /// Whether futures orders are found by the venue's name alone.
        var forgetsNames = false
        /// How many rows a page has at the most.
        var pageSize = 100
        /// Whether a list begins anew with each page.
        var ignoresCursors = false
        /// Topics that are refused.
        var unknownTopics: Set<String> = []
        /// The step of amounts of classic futures.
        var step = "0.01"
    }

    static let key = "bg_test_key_0123456789abcdef"
    static let secret = "test_secret_please_ignore_0123456789abcdef0123456789abcdef"
    static let passphrase = "TestPass123"

    let isUnified: Bool
    let isSpot: Bool
    let state = Mutex(State())
    let server = Mutex<StandInServer?>(nil)

    init(isUnified: Bool = false, isSpot: Bool = false, isHedge: Bool = false) {
        (self.isUnified, self.isSpot) = (isUnified, isSpot)
        state.withLock { ($0.exchange.isHedge, $0.exchange.isSpot) = (isHedge, isSpot) }
    }

    func serve() async throws -> StandInServer {
        let started = try await StandInServer(self)
        server.withLock { $0 = started }
        return started
    }

    func fail(_ suffix: String, _ fault: Fault, times: Int = 1) {
        state.withLock { state in
            for _ in 0..<times { state.faults.append((suffix, fault)) }
        }
    }

    /// The bodies and queries of the requests whose path ends so.
    func requests(_ suffix: String) -> [StandInRequest] {
        state.withLock { $0.requests.filter { $0.path.hasSuffix(suffix) } }
    }

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    // MARK: HTTP

    func answer(_ request: StandInRequest) -> StandInAnswer {
        let (answer, news) = state.withLock { state -> (StandInAnswer, [String]) in
            state.requests.append(request)
            state.exchange.now = max(state.exchange.now + 1, Self.now() + state.clockOffset)
            var fault: Fault?
            if let place = state.faults.firstIndex(where: { request.path.hasSuffix($0.suffix) }) {
                fault = state.faults.remove(at: place).fault
            }
            switch fault {
            case .refused(let code, let status): return (envelope(code, "scripted", "null", status, state), [])
            case .said(let code, let words): return (envelope(code, words, "null", 400, state), [])
            case .cut: return (.cut, [])
            case .failedRows(let codes): return (envelope("00000", "success", Self.failures(codes), 200, state), [])
            case .throttled(let retryAfter):
                let headers = retryAfter.map { ["Retry-After": $0] } ?? [:]
                return (.reply(status: 429, headers: headers, body: #"{"code":"429","msg":"Too Many Requests"}"#), [])
            default: break
            }
            let before = (state.exchange.trades.count, state.exchange.orders.map(\.state))
            let answer = refusal(request, state) ?? perform(request, &state, fault)
            let changed = before.0 != state.exchange.trades.count || before.1 != state.exchange.orders.map(\.state)
            let news = changed ? streamNews(state) : []
            if let held = state.fills, request.path.hasSuffix("fills") {
                state.fills?.answers -= 1
                if held.answers <= 0 { return (.after({ await held.gate.opening() }, answer), news) }
            }
            switch fault {
            case .doneButCut: return (.cut, news)
            case .doneButPage: return (.reply(status: 502, headers: [:], body: "<html>Bad Gateway</html>"), news)
            case .doneButAnswered(let code): return (envelope(code, "scripted", "null", 400, state), news)
            default: return (answer, news)
            }
        }
        for message in news { server.withLock { $0 }?.push(message, to: "private") }
        return answer
    }

    func envelope(_ code: String, _ message: String, _ data: String, _ status: Int, _ state: State) -> StandInAnswer {
        let time = Self.now() + state.clockOffset
        return .reply(
            status: status, headers: state.remaining.map { ["x-mbx-used-remain-limit": $0] } ?? [:],
            body: #"{"code":"\#(code)","msg":"\#(message)","requestTime":\#(time),"data":\#(data)}"#)
    }

    private func refusal(_ request: StandInRequest, _ state: State) -> StandInAnswer? {
        let isMarket = ["/public/", "/market/"].contains { request.path.contains($0) }
        if isMarket { return nil }
        if request.path.contains("/v3/") != isUnified {
            return envelope(isUnified ? "40085" : "40084", "wrong account family", "null", 400, state)
        }
        guard request.headers["access-key"] == Self.key else { return envelope("40006", "bad key", "null", 400, state) }
        guard request.headers["access-passphrase"] == Self.passphrase else {
            return envelope("40012", "bad passphrase", "null", 400, state)
        }
        let time = request.headers["access-timestamp"] ?? ""
        guard abs((Int64(time) ?? 0) - Self.now() - state.clockOffset) <= 30_000 else {
            return envelope("40008", "Request timestamp expired", "null", 400, state)
        }
        let text = time + request.method + request.target + String(decoding: request.body, as: UTF8.self)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(text.utf8), using: SymmetricKey(data: Data(Self.secret.utf8)))
        guard request.headers["access-sign"] == Data(code).base64EncodedString() else {
            return envelope("40009", "sign signature error", "null", 400, state)
        }
        return nil
    }

    private func perform(_ request: StandInRequest, _ state: inout State, _ fault: Fault?) -> StandInAnswer {
        let body = (try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]) ?? [:]
        do {
            if let info = state.keyInfo, request.path.hasSuffix("account/info") {
                return envelope("00000", "success", info, 200, state)
            }
            var data =
                isUnified
                ? try unified(request, body, &state)
                : try isSpot ? spot(request, body, &state) : mix(request, body, &state)
            if case .doneWithoutName = fault { data = "{}" }
            if state.hasForeigner { data = Self.withForeigner(data, request.path) }
            return envelope("00000", "success", data, 200, state)
        } catch let refusal as ModelExchange.Refusal {
            return envelope(refusal.code, refusal.message, "null", 400, state)
        } catch {
            return envelope("40404", "Request URL NOT FOUND", "null", 404, state)
        }
    }

    struct UnknownPath: Error {}

    private static func failures(_ codes: [String]) -> String {
        let rows = codes.map { code in
            let reason = code.isEmpty ? #""errorMsg":"notExistend""# : #""errorCode":"\#(code)","errorMsg":"scripted""#
            return #"{"orderId":"1","clientOid":"",\#(reason)}"#
        }
        return #"{"successList":[],"failureList":[\#(rows.joined(separator: ","))]}"#
    }

    private static func withForeigner(_ data: String, _ path: String) -> String {
        let lists = ["orders", "orders-pending", "fills", "position", "pending", "history"]
        guard lists.contains(where: { path.hasSuffix($0) }), let start = data.firstIndex(of: "[") else { return data }
        let row =
            #"{"symbol":"$ALTUSDT","orderId":"9","tradeId":"9","execId":"9","total":"5","available":"5","#
            + #""holdSide":"long","posSide":"long","planType":"loss_plan"}"#
        let rest = data[data.index(after: start)...]
        return data[...start] + row + (rest.hasPrefix("]") ? "" : ",") + rest
    }

    func posMode(_ state: State) -> String { state.exchange.isHedge ? "hedge_mode" : "one_way_mode" }

    /// The side as classic orders carry it: in hedge mode that of the position.
    func classicSide(_ order: ModelExchange.Order) -> String {
        guard let isLong = order.isLong else { return order.side.rawValue }
        return isLong ? "buy" : "sell"
    }
}
