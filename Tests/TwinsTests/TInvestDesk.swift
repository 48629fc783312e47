import Core
import Simulator
import Twins

/// A client at the counter of a T-Invest world: it brings its token and moves the clock itself.
struct TInvestDesk {
    static let sber = "e6123145-9665-43e0-8413-cd61b8aa9b13"
    var world: TInvestWorld
    var now: Timestamp
    var token: TInvestToken
    var account = "2000000001"
    private var keys = 0

    /// Monday, 2026-02-02, 12:00 in Moscow.
    init(
        _ setup: TInvestSetup = TInvestSetup(), plan: TwinFaultPlan = TwinFaultPlan(), price: String = "300",
        at start: Timestamp = Timestamp(milliseconds: 1_770_022_800_000)
    ) {
        guard let symbol = Symbol("SBER"), let tick = Price("0.01"), let lot = Quantity("10") else {
            preconditionFailure("the texts above are numbers")
        }
        let instrument = Instrument(
            symbol: symbol, tick: tick, lotStep: lot, minimumQuantity: lot, minimumNotional: .zero,
            quote: Currency("RUB"))
        var market = TwinMarket(
            instruments: [instrument], series: [], start: start, speed: 1, clock: .real, seed: 1, at: start)
        market.hold(symbol)
        if let first = Price(price) { market.reach(first, of: symbol, volume: 1, at: start) }
        world = TInvestWorld(
            setup: setup, market: market, faults: FaultDesk(plan: plan, name: "test", seed: 7, at: start),
            at: TwinMoment(start))
        now = start
        token = setup.isSandbox ? .sandbox : .trading
    }

    /// The answer to a call.
    mutating func ask(_ method: String, _ body: Wire = [:]) -> TwinAnswer {
        let request = TwinRequest(
            method: "POST", target: "/rest/tinkoff.public.invest.api.contract.v1.\(method)",
            headers: ["authorization": "Bearer \(token.text)"], body: body.bytes)
        return world.answer(request, at: TwinMoment(now))
    }

    /// The answer's message, or the number of its error.
    mutating func call(_ method: String, _ body: Wire = [:]) -> Wire {
        let answer = ask(method, body)
        let wire = Wire(json: answer.body) ?? .null
        return answer.status == 200 ? wire : wire["description"] ?? .text("HTTP \(answer.status)")
    }

    /// Lets time pass.
    mutating func wait(_ milliseconds: Int64 = 1_000) {
        now = now + .milliseconds(milliseconds)
        world.advance(to: TwinMoment(now))
        world.checkInvariants()
    }

    mutating func control(_ command: String, _ body: Wire) {
        _ = world.control(command, body, at: TwinMoment(now))
        world.advance(to: TwinMoment(now))
    }

    mutating func price(_ text: String) { control("price", ["symbol": "SBER", "price": .text(text)]) }

    /// A key nobody used before.
    mutating func key() -> String {
        keys += 1
        let tail = String(keys)
        return "00000000-0000-4000-a000-" + String(repeating: "0", count: 12 - tail.count) + tail
    }

    mutating func order(_ side: String, _ lots: Int, price: String? = nil, key: String? = nil) -> Wire {
        let kind = price == nil ? "ORDER_TYPE_MARKET" : "ORDER_TYPE_LIMIT"
        let key = key ?? self.key()
        var body: Wire = [
            "accountId": .text(account), "instrumentId": .text(Self.sber), "quantity": .text(String(lots)),
            "direction": .text("ORDER_DIRECTION_\(side)"), "orderType": .text(kind), "orderId": .text(key),
        ]
        if let price { body = body.adding(["price": ["units": .text(price), "nano": 0]]) }
        return body
    }

    /// Posts an order and lets a second pass; its answer, or the number of its error.
    mutating func place(_ side: String, _ lots: Int, price: String? = nil, key: String? = nil) -> Wire {
        let answer = call("OrdersService/PostOrder", order(side, lots, price: price, key: key))
        wait()
        return answer
    }

    mutating func state(_ id: String, byKey: Bool = false) -> Wire {
        call(
            "OrdersService/GetOrderState",
            [
                "accountId": .text(account), "orderId": .text(id),
                "orderIdType": .text(byKey ? "ORDER_ID_TYPE_REQUEST" : "ORDER_ID_TYPE_EXCHANGE"),
            ])
    }

    mutating func positions() -> Wire { call("OperationsService/GetPositions", ["accountId": .text(account)]) }
}
