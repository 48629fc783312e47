import Core
import Simulator
import Testing
import Twins

@Suite struct BitgetAccessTests {
    /// The vectors were made with another program.
    @Test(arguments: [
        (
            "GET/api/v2/mix/order/detail?clientOid=swift-0001&productType=USDT-FUTURES&symbol=BTCUSDT",
            "x1VJH/M6ZMrBubJm8AhlLCRU/UoCs2VyXi6bP6lKBaU="
        ),
        ("GET/api/v2/spot/account/assets", "49DEzjdbjYO2FmxV9OyW/MzuVmke7v4rIfYuLOhpDA4="),
    ])
    func knownSignaturesPass(text: String, signature: String) throws {
        var setup = BitgetSetup()
        setup.keys = [
            BitgetKey(
                key: "bg_test_key_0123456789abcdef",
                secret: "test_secret_please_ignore_0123456789abcdef0123456789abcdef", passphrase: "TestPass123")
        ]
        var desk = Desk(setup)
        let target = String(text.dropFirst(3))
        let headers = [
            "access-key": "bg_test_key_0123456789abcdef", "access-passphrase": "TestPass123",
            "access-timestamp": "1700000000000", "access-sign": signature,
        ]
        let answer = desk.world.answer(
            TwinRequest(method: "GET", target: target, headers: headers), at: TwinMoment(desk.now))
        let code = try #require(Wire(json: answer.body)?["code"]?.string)
        #expect(code == (target.contains("detail") ? "40109" : "00000"))
    }

    @Test(arguments: [
        ("access-key", "", "40001"), ("access-sign", "", "40002"), ("access-timestamp", "", "40003"),
        ("access-passphrase", "", "40011"), ("access-key", "other", "40006"), ("access-passphrase", "other", "40012"),
        ("access-sign", "AAAA", "40009"), ("access-timestamp", "yesterday", "40005"),
        ("access-timestamp", "1699999969999", "40008"), ("paptrading", "1", "40099"),
    ])
    func whatIsWrongWithARequestHasItsCode(header: String, value: String, code: String) {
        var desk = Desk()
        var headers = desk.headers("GET", "/api/v2/spot/account/assets", "")
        headers[header] = value
        let answer = desk.world.answer(
            TwinRequest(method: "GET", target: "/api/v2/spot/account/assets", headers: headers),
            at: TwinMoment(desk.now))
        #expect(Wire(json: answer.body)?["code"]?.string == code)
        #expect(answer.status >= 400)
    }

    @Test func aSignatureOverOtherBytesIsRefused() {
        var desk = Desk()
        let target = "/api/v2/mix/order/place-order"
        let request = TwinRequest(
            method: "POST", target: target, headers: desk.headers("POST", target, "{}"), body: Array("{ }".utf8))
        let answer = desk.world.answer(request, at: TwinMoment(desk.now))
        #expect(Wire(json: answer.body)?["code"]?.string == "40009")
    }

    @Test(arguments: [
        (BitgetFamily.classic, "/api/v3/account/assets", "40084"), (.unified, "/api/v2/spot/account/assets", "40085"),
        (.elite, "/api/v2/spot/account/assets", "40731"),
    ])
    func eachFamilyRefusesTheOtherDialect(family: BitgetFamily, path: String, code: String) {
        var setup = BitgetSetup()
        setup.family = family
        var desk = Desk(setup)
        #expect(desk.get(path) == .text(code))
    }

    @Test func aReadingKeyReadsAndDoesNotTrade() {
        var desk = Desk(key: .reading)
        #expect(!desk.get("/api/v2/spot/account/assets").elements.isEmpty)
        #expect(desk.place("buy", "0.01") == "40014")
    }

    @Test func theDemoEnvironmentWantsItsHeader() {
        var setup = BitgetSetup()
        setup.isDemo = true
        var desk = Desk(setup)
        #expect(desk.get("/api/v2/spot/account/assets") == "40099")
        #expect(desk.get("/api/v2/public/time")["serverTime"] == "1700000000000")
    }

    @Test func anEndpointAnswersSoManyTimesASecond() {
        var desk = Desk()
        let path = "/api/v2/mix/position/all-position?productType=USDT-FUTURES"
        let statuses = (0..<6).map { _ in desk.ask("GET", path).status }
        #expect(statuses == [200, 200, 200, 200, 200, 429])
        #expect(desk.ask("GET", path).wire["code"] == "429")
        desk.wait()
        #expect(desk.ask("GET", path).status == 200)
    }

    @Test func theRestOfTheAllowanceIsTold() {
        var desk = Desk()
        let target = "/api/v2/mix/position/all-position?productType=USDT-FUTURES"
        let request = TwinRequest(method: "GET", target: target, headers: desk.headers("GET", target, ""))
        let answer = desk.world.answer(request, at: TwinMoment(desk.now))
        #expect(answer.headers["x-mbx-used-remain-limit"] == "4")
    }

    @Test func sixThousandRequestsAMinuteLockTheAddressForFive() {
        var desk = Desk()
        for second in 0..<3 {
            for _ in 0..<2_000 { _ = desk.ask("GET", "/api/v2/public/time") }
            if second < 2 { desk.wait(1_000) }
        }
        #expect(desk.ask("GET", "/api/v2/public/time").status == 429)
        desk.wait(60_000)
        #expect(desk.ask("GET", "/api/v2/mix/market/tickers?productType=USDT-FUTURES").status == 429)
        desk.wait(300_000)
        #expect(desk.ask("GET", "/api/v2/public/time").status == 200)
    }

    @Test func anUnknownPathIsSaidToBeOne() {
        var desk = Desk()
        let answer = desk.ask("GET", "/api/mix/v1/market/ticker")
        #expect(answer.status == 404)
        #expect(answer.wire["code"] == "40404")
    }

    @Test func aReceiveWindowIsKept() {
        var desk = Desk()
        let body = ["requestTime": "1699999990000", "receiveWindow": "5000"]
        #expect(desk.place("buy", "0.01", body) == "40078")
        #expect(desk.place("buy", "0.01", ["requestTime": "1", "receiveWindow": "60000"]) == "40079")
    }
}
