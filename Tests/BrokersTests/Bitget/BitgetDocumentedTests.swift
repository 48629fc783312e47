import Brokers
import Core
import Foundation
import Testing

/// The unified language as it is documented: names, rows, modes, parts of answers.
@Suite(.fewAtOnce) struct BitgetDocumentedTests {
    private let unified = BitgetUnified(BitgetSettings())
    private let btc = BitgetBench.symbol
    private let uuid = "3f2b8c1e-5a4d-8e6f-9a0b-1c2d3e4f5a6b"
    private let hex = "3f2b8c1e5a4d8e6f9a0b1c2d3e4f5a6b"

    private func json(_ text: String) throws -> JSONValue { try JSONText(Array(text.utf8)).root }

    private func body<Answer>(_ question: BitgetQuestion<Answer>) -> [String: String] {
        let text = question.call.body?.text ?? ""
        return (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: String] ?? [:]
    }

    private func protection(_ stance: BitgetStance) -> [String: String] {
        let stop = BitgetBench.request("s", .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true)
        return body(unified.protect(stop, stance))
    }

    /// A row of the ticker stream names neither its symbol nor its time.
    @Test func aTickerMayBeNamedOutsideOfItsRows() throws {
        let message =
            #"{"action":"snapshot","arg":{"instType":"spot","topic":"ticker","symbol":"BTCUSDT"},"ts":1753230479687,"#
            + #""data":[{"lastPrice":"119818.83","bid1Price":"119811.26","ask1Price":"119831.18"}]}"#
        let tickers = try unified.tickers(json(message))
        let ticker = try #require(tickers.first)
        #expect(tickers.count == 1 && ticker.symbol == btc && ticker.last == Price("119818.83"))
        #expect(ticker.bid == Price("119811.26") && ticker.ask == Price("119831.18"))
        #expect(ticker.at == Timestamp(milliseconds: 1_753_230_479_687))
    }

    /// A client id has at most 32 characters there; ours are UUIDs of 36.
    @Test func aUUIDGoesWithoutItsDashesAndComesBackWithThem() throws {
        let order = BitgetBench.request(uuid, .buy)
        #expect(body(unified.place(order, BitgetStance(), cap: nil))["clientOid"] == hex)
        let stop = BitgetBench.request(uuid, .sell, .stop(trigger: Price(FixedDecimal(90))), reduceOnly: true)
        #expect(body(unified.protect(stop, BitgetStance()))["clientOid"] == hex)
        #expect(body(unified.cancel(.client(ClientOrderID(uuid)), btc, list: nil))["clientOid"] == hex)
        let question = unified.order(.client(ClientOrderID(uuid)), btc)
        #expect(question.call.target.contains("clientOid=\(hex)&"))
        let row = #"{"orderId":"1","clientOid":"\#(hex)","symbol":"BTCUSDT","side":"buy","qty":"1"}"#
        #expect(try question.answer(json(row))?.clientText == uuid)
        let fill = #"{"list":[{"execId":"1","orderId":"1","clientOid":"\#(hex)","symbol":"BTCUSDT","side":"buy","#
        let price = #""execPrice":"1","execQty":"1"}]}"#
        #expect(
            try unified.fills(BitgetSpan(start: .epoch, end: nil), after: nil).answer(json(fill + price)).rows[0]
                .clientText == uuid)
    }

    @Test func namesThatAreTooLongOrComeBackOtherwiseAreRefusedBeforeTheyAreSent() async throws {
        try await withBitget(BitgetStandIn(isUnified: true)) { broker, _ in
            for name in [String(repeating: "x", count: 33), hex] {
                guard case .refused(let error) = await broker.submit(BitgetBench.request(name, .buy)) else {
                    Issue.record("'\(name)' was sent")
                    continue
                }
                #expect(error.code == "BITGET_CLIENT_ID")
            }
            guard case .accepted = await broker.submit(BitgetBench.request(uuid, .buy)) else {
                Issue.record("a UUID was not taken")
                return
            }
            let report = try await broker.order(ClientOrderID(uuid), btc)
            #expect(report?.clientID?.text == uuid)
        }
    }

    @Test(arguments: [
        ("pending", OrderState.working), ("submitting", .working), ("success", .filled), ("failed", .rejected),
        ("cancelled", .cancelled), ("live", .working), ("executed", .filled), ("fail_execute", .rejected),
    ]) func strategyOrdersAreReadInDocumentedAndInOlderWords(word: String, state: OrderState) throws {
        let row =
            #"{"orderId":"1","clientOid":"\#(hex)","symbol":"BTCUSDT","qty":"0.01","posSide":"short","stopLoss":"9","#
            + #""takeProfit":"7","triggerType":"takeProfit","status":"\#(word)","updatedTime":"1730186725691"}"#
        let ended = unified.endedProtections(btc, after: nil)
        let order = try ended.answer(json(#"{"list":[\#(row)]}"#)).rows[0]
        #expect(order.state == state && order.clientText == uuid && order.isPlan)
        #expect(order.side == .buy && order.kind == .takeProfit(trigger: Price(FixedDecimal(7))))
    }

    @Test func whatIsListedAsWaitingWaitsAlsoWithoutAStatus() throws {
        let row = #"[{"orderId":"1","symbol":"BTCUSDT","qty":"0.01","posSide":"long","stopLoss":"9"}]"#
        #expect(try unified.protections(family: 0, after: nil).answer(json(row)).rows[0].state == .working)
    }

    @Test func closingOrdersHaveTheFormOfTheirMode() {
        let (oneWay, hedge) = (BitgetStance(), BitgetStance(isHedge: true, marginMode: .isolated))
        #expect(protection(oneWay)["reduceOnly"] == "yes" && protection(oneWay)["posSide"] == nil)
        #expect(protection(hedge)["reduceOnly"] == nil && protection(hedge)["posSide"] == "long")
        let exit = BitgetBench.request("x", .sell, reduceOnly: true, purpose: .exit)
        let (one, two) = (unified.place(exit, oneWay, cap: nil), unified.place(exit, hedge, cap: nil))
        #expect(body(one)["reduceOnly"] == "yes" && body(one)["marginMode"] == "crossed")
        #expect(body(two)["reduceOnly"] == nil && body(two)["posSide"] == "long")
        #expect(body(two)["marginMode"] == "isolated")
    }

    @Test func aMovedStopNamesItsQuantityInEveryCase() throws {
        let row = #"[{"orderId":"1","symbol":"BTCUSDT","qty":"0","posSide":"long","stopLoss":"9","tpslMode":"full"}]"#
        let order = try unified.protections(family: 0, after: nil).answer(json(row)).rows[0]
        let moved = unified.move(order, trigger: Price(FixedDecimal(8)), quantity: Quantity(.one))
        #expect(body(moved)["qty"] == "1")
    }

    /// An answer of many parts is a success whatever became of them.
    @Test func eachPartOfAnAnswerHasACodeOfItsOwn() throws {
        func list(_ code: String) throws -> JSONValue {
            try json(#"{"list":[{"orderId":"1","code":"00000"},{"orderId":"2","code":"\#(code)","msg":"m"}]}"#)
        }
        #expect(try unified.cancelAll(btc).answer(list("24056")), "what is gone need not be cancelled")
        #expect(throws: VenueError.self) { _ = try unified.cancelAll(btc).answer(list("25000")) }
        #expect(throws: VenueError.self) { _ = try unified.flashClose(btc, isLong: nil).answer(list("25239")) }
        #expect(try unified.flashClose(btc, isLong: nil).answer(list("00000")) == ["1", "2"])
    }

    /// The same in version 2, where what failed stands in a list of its own.
    @Test func eachRowOfAClassicAnswerHasACodeOfItsOwn() throws {
        let classic = BitgetClassic(BitgetSettings())
        func list(_ codes: String...) throws -> JSONValue {
            let rows = codes.map { #"{"orderId":"2","errorCode":"\#($0)","errorMsg":"m"}"# }
            return try json(#"{"successList":[],"failureList":[\#(rows.joined(separator: ","))]}"#)
        }
        #expect(try classic.cancelAll(btc).answer(list("22001", "40768")), "what is gone need not be cancelled")
        #expect(throws: VenueError.self) { _ = try classic.cancelAll(btc).answer(list("22001", "25000")) }
        #expect(throws: VenueError.self) { _ = try classic.flashClose(btc, isLong: nil).answer(list("22001")) }
    }

    @Test(arguments: ["2h", "6h", "12h", "1d"]) func longBarsAreThoseOfVersionTwo(interval: String) throws {
        let interval = try #require(BarInterval(interval))
        let question = try #require(
            unified.candles(btc, interval, from: .epoch, to: .epoch, limit: 5, isOld: true))
        #expect(question.call.target.hasPrefix("/api/v2/mix/market/history-candles?"))
    }

    /// Every refusal that the local venue knows means something here.
    @Test func theTableHasEveryCodeOfTheTwin() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Sources/Twins/Bitget")
        let known = Set(BitgetErrors.table.flatMap(\.codes))
        var found: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /"([0-9]{5})"/) { found.insert(String(match.1)) }
        }
        #expect(found.count > 40 && found.subtracting(known).isEmpty, "\(found.subtracting(known).sorted())")
    }
}
