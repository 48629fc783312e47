import Core
import Crypto
import Foundation
import Simulator
import Twins

/// A client at the counter of a Bitget world: it signs its requests and moves the clock itself.
struct Desk {
    static let btc = Symbol("BTCUSDT")
    var world: BitgetWorld
    var now: Timestamp
    let key: BitgetKey

    init(
        _ setup: BitgetSetup = BitgetSetup(), plan: TwinFaultPlan = TwinFaultPlan(), price: String = "60000",
        key: BitgetKey = .trading
    ) {
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        let instrument = Desk.instrument
        var market = TwinMarket(
            instruments: [instrument], series: [], start: start, speed: 1, clock: .real, seed: 1, at: start)
        let moment = TwinMoment(start)
        market.hold(instrument.symbol)
        if let first = Price(price) { market.reach(first, of: instrument.symbol, volume: 1, at: start) }
        world = BitgetWorld(
            setup: setup, market: market, faults: FaultDesk(plan: plan, name: "test", seed: 7, at: start), at: moment)
        (now, self.key) = (start, key)
    }

    static var instrument: Instrument {
        guard let symbol = btc, let tick = Price("0.1"), let lot = Quantity("0.001"), let least = Money("5") else {
            preconditionFailure("the texts above are numbers")
        }
        return Instrument(
            symbol: symbol, tick: tick, lotStep: lot, minimumQuantity: lot, minimumNotional: least,
            quote: Currency("USDT"))
    }

    static func sign(_ text: String, _ secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return Data(code).base64EncodedString()
    }

    func headers(_ method: String, _ target: String, _ body: String, stamp: Int64? = nil) -> [String: String] {
        let stamp = String(stamp ?? now.milliseconds)
        return [
            "access-key": key.key, "access-passphrase": key.passphrase, "access-timestamp": stamp,
            "access-sign": Self.sign("\(stamp)\(method)\(target)\(body)", key.secret),
        ]
    }

    /// The whole answer.
    mutating func ask(_ method: String, _ target: String, _ body: String = "") -> (status: Int, wire: Wire) {
        let request = TwinRequest(
            method: method, target: target, headers: headers(method, target, body), body: Array(body.utf8))
        let answer = world.answer(request, at: TwinMoment(now))
        return (answer.status, Wire(json: answer.body) ?? .null)
    }

    /// The answer's data, or its code when it is none of success.
    mutating func get(_ target: String) -> Wire { data(ask("GET", target)) }

    mutating func post(_ target: String, _ body: Wire) -> Wire { data(ask("POST", target, body.description)) }

    private func data(_ answer: (status: Int, wire: Wire)) -> Wire {
        let code = answer.wire["code"]?.string ?? "none"
        return code == "00000" ? answer.wire["data"] ?? .null : .text(code)
    }

    /// Lets time pass.
    mutating func wait(_ milliseconds: Int64 = 1_100) {
        now = now + .milliseconds(milliseconds)
        world.advance(to: TwinMoment(now))
    }

    /// Moves the price through everything in between.
    mutating func price(_ text: String, gap: Bool = false) {
        _ = world.control(
            "price", ["symbol": "BTCUSDT", "price": .text(text), "gap": .flag(gap)], at: TwinMoment(now))
        world.advance(to: TwinMoment(now))
    }

    // MARK: Orders of the classic dialect

    static func order(_ side: String, _ size: String, _ extra: [String: String] = [:]) -> Wire {
        var fields = [
            "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginMode": "crossed", "marginCoin": "USDT",
            "size": size, "side": side, "orderType": extra["price"] == nil ? "market" : "limit",
        ]
        fields.merge(extra) { _, new in new }
        return object(fields)
    }

    static func object(_ fields: [String: String]) -> Wire {
        .object(fields.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .text($0.value)) })
    }

    mutating func place(_ side: String, _ size: String, _ extra: [String: String] = [:]) -> Wire {
        let answer = post("/api/v2/mix/order/place-order", Self.order(side, size, extra))
        wait()
        return answer
    }

    mutating func detail(_ id: String) -> Wire {
        get("/api/v2/mix/order/detail?orderId=\(id)&productType=USDT-FUTURES&symbol=BTCUSDT")
    }

    mutating func positions() -> [Wire] {
        get("/api/v2/mix/position/all-position?productType=USDT-FUTURES").elements
    }

    mutating func exits() -> [Wire] {
        get("/api/v2/mix/order/orders-plan-pending?planType=profit_loss&productType=USDT-FUTURES")["entrustedList"]?
            .elements ?? []
    }
}
