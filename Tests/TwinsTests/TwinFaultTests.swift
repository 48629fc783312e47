import Core
import Foundation
import Simulator
import Testing
import Twins

@Suite struct TwinFaultTests {
    private static let time = "/api/v2/public/time"

    private func plan(_ json: String) throws -> TwinFaultPlan {
        try JSONDecoder().decode(TwinFaultPlan.self, from: Data(json.utf8))
    }

    /// Serves a world on a real port while `deed` runs.
    private func serve(_ json: String, _ deed: (Int) async throws -> Void) async throws {
        let world = Desk(plan: try plan(json)).world
        let host = TwinHost(world, wallClock: { Timestamp(milliseconds: 1_700_000_000_000) })
        let server = try await TwinServer.start(host, port: 0)
        do {
            try await deed(server.port)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Asks, and expects a text in the answer; nil expects that the connection is closed without one.
    private func expect(
        _ text: String?, port: Int, _ method: String, _ target: String, body: String = "",
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await RawHTTP.ask(port: port, method, target, body: body)
        #expect(text.map { answer.contains($0) } ?? answer.isEmpty, "\(answer)", sourceLocation: location)
    }

    @Test func aDroppedRequestIsAClosedConnectionAndTheNextOneIsAnswered() async throws {
        try await serve(#"{"rules": [{"do": "dropRequest", "count": 1}]}"#) { port in
            try await expect(nil, port: port, "GET", Self.time)
            try await expect("serverTime", port: port, "GET", Self.time)
        }
    }

    @Test(arguments: [
        (#"{"do": "gateway"}"#, "502 Bad Gateway"), (#"{"do": "gateway", "status": 504}"#, "504"),
        (#"{"do": "reject", "code": "45001"}"#, "\"code\":\"45001\""),
        (#"{"do": "rateLimit", "seconds": [1, 7]}"#, "Retry-After: 7"), (#"{"do": "empty"}"#, "Content-Length: 0"),
    ])
    func whatARuleSaysIsAnswered(rule: String, expected: String) async throws {
        try await serve("{\"rules\": [\(rule)]}") { port in
            let answer = try await RawHTTP.ask(port: port, "GET", Self.time)
            #expect(answer.contains(expected))
        }
    }

    @Test func aCutAnswerIsNoJSON() async throws {
        try await serve(#"{"rules": [{"do": "malformed"}]}"#) { port in
            let answer = try await RawHTTP.ask(port: port, "GET", Self.time)
            let body = try #require(answer.components(separatedBy: "\r\n\r\n").last)
            #expect(!body.isEmpty)
            #expect(Wire(json: body.utf8) == nil)
        }
    }

    @Test func onlyThePathTheMethodAndTheCountOfARuleAreHit() async throws {
        let json = #"""
            {"rules": [{"do": "reject", "code": "1", "path": "/api/v2/mix", "method": "GET", "skip": 1, "count": 1}]}
            """#
        let tickers = "/api/v2/mix/market/tickers?productType=USDT-FUTURES"
        try await serve(json) { port in
            try await expect("00000", port: port, "GET", Self.time)
            try await expect("00000", port: port, "GET", tickers)
            try await expect("\"code\":\"1\"", port: port, "GET", tickers)
            try await expect("00000", port: port, "GET", tickers)
        }
    }

    @Test func theControlEndpointChangesPricesAndFaultsWhileItRuns() async throws {
        try await serve("{}") { port in
            let price = try await RawHTTP.ask(
                port: port, "POST", "/twin/price", body: #"{"symbol": "BTCUSDT", "price": "61000"}"#)
            #expect(price.contains("\"price\":\"61000\""))
            try await expect("\"BTCUSDT\":\"61000\"", port: port, "GET", "/twin/status")
            let plan = #"{"faults": {"dropRequest": {"chance": 1}}}"#
            try await expect("done", port: port, "POST", "/twin/faults", body: plan)
            try await expect(nil, port: port, "GET", Self.time)
            try await expect("\"dropRequest\":1", port: port, "GET", "/twin/status")
            try await expect("done", port: port, "DELETE", "/twin/faults")
            try await expect("00000", port: port, "GET", Self.time)
            let log = try await RawHTTP.ask(port: port, "GET", "/twin/log?last=1")
            #expect(log.contains("200 00000"))
            let wrong = try await RawHTTP.ask(port: port, "POST", "/twin/faults", body: #"{"rules": [{"do": "x"}]}"#)
            #expect(wrong.contains("dropResponse"))
            try await expect("404", port: port, "GET", "/twin/nothing")
        }
    }

    @Test func whileItIsFrozenRequestsWaitAndAreAnsweredAfterwards() async throws {
        try await serve("{}") { port in
            _ = try await RawHTTP.ask(port: port, "POST", "/twin/freeze")
            async let waiting = RawHTTP.ask(port: port, "GET", Self.time)
            try await expect("\"frozen\":true", port: port, "GET", "/twin/status")
            _ = try await RawHTTP.ask(port: port, "POST", "/twin/thaw")
            let answer = try await waiting
            #expect(answer.contains("00000"))
        }
    }

    @Test func tooLargeABodyIsRefused() async throws {
        try await serve("{}") { port in
            let body = String(repeating: "a", count: 1_100_000)
            let answer = try await RawHTTP.ask(port: port, "POST", "/twin/script", body: body)
            #expect(answer.isEmpty || answer.contains("413"))
        }
    }

    // MARK: Faults of the venue itself

    @Test func everyOrderIsExecutedInParts() throws {
        var desk = Desk(plan: try plan(#"{"faults": {"partialFills": {"parts": 3, "seconds": [0.5, 0.5]}}}"#))
        let answer = desk.post("/api/v2/mix/order/place-order", Desk.order("buy", "0.03"))
        let id = try #require(answer["orderId"]?.string)
        desk.wait(10)
        #expect(desk.detail(id)["state"] == "partially_filled")
        #expect(desk.detail(id)["baseVolume"] == "0.01")
        desk.wait(600)
        desk.wait(600)
        #expect(desk.detail(id)["state"] == "filled")
    }

    @Test func aPartAndThenNothingCanBeCancelled() throws {
        var desk = Desk(plan: try plan(#"{"rules": [{"do": "partialThenNothing", "parts": 3}]}"#))
        let id = try #require(desk.place("buy", "0.03")["orderId"]?.string)
        desk.wait(60_000)
        #expect(desk.detail(id)["state"] == "partially_filled")
        _ = desk.post(
            "/api/v2/mix/order/cancel-order",
            Desk.object(["symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": id]))
        desk.wait()
        #expect(desk.detail(id)["state"] == "canceled")
        #expect(desk.detail(id)["baseVolume"] == "0.01")
    }

    @Test func aNewOrderIsNotFoundForAWhile() throws {
        var desk = Desk(plan: try plan(#"{"faults": {"notFoundLag": {"chance": 1, "seconds": [5, 5]}}}"#))
        let id = try #require(desk.place("buy", "0.01")["orderId"]?.string)
        #expect(desk.detail(id) == "40109")
        desk.wait(5_000)
        #expect(desk.detail(id)["state"] == "filled")
    }

    @Test func anOrderGoesOnAfterItsCancellationWasConfirmed() throws {
        var desk = Desk(plan: try plan(#"{"faults": {"fillAfterCancel": {"chance": 1, "seconds": [5, 5]}}}"#))
        let id = try #require(desk.place("buy", "0.01", ["price": "59000"])["orderId"]?.string)
        let body = Desk.object(["symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderId": id])
        _ = desk.post("/api/v2/mix/order/cancel-order", body)
        #expect(desk.detail(id)["state"] == "canceled")
        desk.price("58900")
        #expect(desk.detail(id)["baseVolume"] == "0.01")
        #expect(desk.positions().count == 1)
    }

    @Test func aDeadStopIsReachedAndDoesNotFire() throws {
        var desk = Desk(plan: try plan(#"{"faults": {"deadStop": {"chance": 1}}}"#))
        _ = desk.place("buy", "0.01")
        _ = desk.post(
            "/api/v2/mix/order/place-tpsl-order",
            Desk.object([
                "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginCoin": "USDT", "planType": "pos_loss",
                "triggerPrice": "59000", "holdSide": "buy",
            ]))
        desk.price("58000")
        desk.wait()
        #expect(desk.positions().count == 1)
        #expect(desk.exits().count == 1)
    }

    @Test func pricesFarFromTheMarketAreRefused() throws {
        var desk = Desk(plan: try plan(#"{"faults": {"priceFilter": {"percent": 1}}}"#))
        #expect(desk.place("buy", "0.01", ["price": "59000"]) == "40815")
        #expect(desk.place("buy", "0.01", ["price": "59700"])["orderId"] != nil)
    }

    @Test(arguments: [("marketClosed", "41114"), ("positionMode", "40774"), ("authRevoked", "40006")])
    func spellsRefuseOrders(fault: String, code: String) throws {
        let json = "{\"faults\": {\"\(fault)\": {\"perDay\": 10000, \"seconds\": [3600, 3600]}}}"
        var desk = Desk(plan: try plan(json))
        desk.wait(3_600_000)
        #expect(desk.place("buy", "0.01") == .text(code))
    }

    @Test func nothingGoesWrongAnyMoreOnceItIsCalm() throws {
        var desk = Desk(plan: try plan(#"{"faults": {"priceFilter": {"percent": 1}}, "calmAfter": 60}"#))
        #expect(desk.place("buy", "0.01", ["price": "59000"]) == "40815")
        desk.wait(60_000)
        #expect(desk.place("buy", "0.01", ["price": "59000"])["orderId"] != nil)
    }

    @Test func equalSeedsGiveEqualFaults() throws {
        func felt() throws -> [Bool] {
            var desk = FaultDesk(
                plan: try plan(
                    #"{"rules": [{"do": "hang", "chance": 0.3}], "faults": {"dropRequest": {"chance": 0.3}}}"#),
                name: "a", seed: 4, at: .epoch)
            return (0..<50).flatMap { _ in
                [
                    desk.happens(.dropRequest, at: .epoch),
                    !desk.rules(method: "GET", path: "/", at: .epoch).isEmpty,
                ]
            }
        }
        let (first, second) = (try felt(), try felt())
        #expect(first == second)
        #expect(Set(first).count == 2)
    }
}
