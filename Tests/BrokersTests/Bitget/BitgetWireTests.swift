import Brokers
import Core
import Foundation
import Testing

@Suite(.fewAtOnce) struct BitgetSignerTests {
    private let signer = BitgetSigner(
        BitgetCredentials(
            key: Secret(BitgetStandIn.key), secret: Secret(BitgetStandIn.secret),
            passphrase: Secret(BitgetStandIn.passphrase)))

    private func sign(_ method: String, _ target: String, _ body: String = "") -> String {
        signer.sign(timestamp: "1700000000000", method: method, target: target, body: Array(body.utf8))
    }

    @Test func theReferenceVectorsAreReproduced() {
        let body =
            #"""
            {"symbol":"BTCUSDT","productType":"USDT-FUTURES","marginMode":"crossed","marginCoin":"USDT","size":"0.01",
            """#
                + #"""
                "price":"60000.5","side":"buy","orderType":"limit","force":"gtc","clientOid":"swift-0001","reduceOnl\#
                y":"NO"}
                """#
        #expect(body.utf8.count == 214)
        #expect(
            sign("POST", "/api/v2/mix/order/place-order", body) == "Scb5mU6yhZw2fULaoYqnuWmjB8roJeoEA9yccsb5BRw=")
        let target = "/api/v2/mix/order/detail?clientOid=swift-0001&productType=USDT-FUTURES&symbol=BTCUSDT"
        #expect(sign("GET", target) == "x1VJH/M6ZMrBubJm8AhlLCRU/UoCs2VyXi6bP6lKBaU=")
        #expect(sign("GET", "/api/v2/spot/account/assets") == "49DEzjdbjYO2FmxV9OyW/MzuVmke7v4rIfYuLOhpDA4=")
    }

    @Test func loginsAreSignedInEitherUnit() {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        #expect(signer.login(at: now, inSeconds: true).contains("HiokRl4N1NU+Fj5pmIXHCkPY5ULM4Bnn2ivj83NMsYI="))
        #expect(signer.login(at: now, inSeconds: false).contains("c6eqODm4kkxd4/bEOuTHfTAyBfzxbPBnAOddC0wGPCs="))
        #expect(
            signer.login(at: now, inSeconds: true).hasPrefix(
                #"{"op":"login","args":[{"apiKey":"bg_test_key_0123456789abcdef","passphrase":"TestPass123","#))
    }

    @Test func theClassicOrderIsTheVectorsBody() {
        let request = OrderRequest(
            clientID: ClientOrderID("swift-0001"), symbol: BitgetBench.symbol, side: .buy,
            quantity: Quantity("0.01") ?? .zero, kind: .limit(Price("60000.5") ?? .zero), reduceOnly: false,
            purpose: .entry)
        let call = BitgetClassic(BitgetSettings()).place(request, BitgetStance(), cap: nil).call
        let sent = (try? JSONSerialization.jsonObject(with: Data((call.body?.text ?? "").utf8))) as? [String: String]
        #expect(
            sent == [
                "symbol": "BTCUSDT", "productType": "USDT-FUTURES", "marginMode": "crossed", "marginCoin": "USDT",
                "size": "0.01", "price": "60000.5", "side": "buy", "orderType": "limit", "force": "gtc",
                "clientOid": "swift-0001", "reduceOnly": "NO",
            ])
        let detail = BitgetClassic(BitgetSettings()).order(.client(ClientOrderID("swift-0001")), BitgetBench.symbol)
        #expect(
            detail.call.target
                == "/api/v2/mix/order/detail?clientOid=swift-0001&productType=USDT-FUTURES&symbol=BTCUSDT")
    }

    @Test func bodiesAreEscaped() throws {
        let text = "a\"b\\c\u{1}\n"
        let body: BitgetBody = ["k": .text(text), "none": nil, "list": ["x", ["y": "z"]]]
        let root = try JSONText(Array(body.text.utf8)).root
        #expect(root["k"]?.string == text && root["none"] == nil && root["list"]?.elements.count == 2)
    }
}

@Suite(.fewAtOnce) struct BitgetErrorTableTests {
    @Test func eachCodeStandsOnceAndGivesItsRowsVerdict() {
        var seen: Set<String> = []
        for row in BitgetErrors.table {
            #expect(!row.codes.isEmpty)
            for code in row.codes {
                #expect(seen.insert(code).inserted, "\(code) stands twice")
                #expect(BitgetErrors.verdict(code: code, message: "whatever") == row.verdict)
                let error = BitgetErrors.error(code: code, message: "whatever")
                #expect(error.remedy == row.verdict.remedy && error.code == "BITGET_\(code)")
            }
        }
        #expect(seen.count > 250)
    }

    @Test func whatNobodyKnowsIsUnknown() {
        #expect(BitgetErrors.verdict(code: "99999", message: "new trouble") == .unknown)
        #expect(BitgetErrors.verdict(code: "99998", message: "Duplicate clientOid") == .duplicate)
        #expect(BitgetErrors.verdict(code: "00001", message: "") == .rejected)
        #expect(BitgetErrors.verdict(code: "00000", message: "") == .success)
        #expect(BitgetErrors.verdict(code: "400172", message: "side mismatch") == .positionMode)
    }

    @Test(arguments: ["40010", "40015", "40725", "45001", "40200"]) func doubtIsNeverARefusal(code: String) {
        #expect(BitgetErrors.error(code: code, message: "").remedy == .unknownOutcome)
    }

    @Test func adviceTellsWhatToSet() {
        #expect(BitgetErrors.error(code: "40099", message: "").message.contains("BITGET_DEMO"))
        #expect(BitgetErrors.error(code: "40085", message: "").remedy == .configuration)
    }

    @Test func streamCodesSayWhetherToComeBack() {
        guard case .fatal(let error) = BitgetErrors.streamNotice(code: "30005", message: "") else {
            Issue.record("a refused login is final")
            return
        }
        #expect(error.remedy == .configuration)
        guard case .broken = BitgetErrors.streamNotice(code: "30014", message: "") else {
            Issue.record("an expired timestamp is worth another attempt")
            return
        }
        #expect(BitgetErrors.streamNotice(code: "30001", message: "") == .message)
        guard case .broken = BitgetErrors.streamNotice(code: "30001", message: "", isOfTopic: true) else {
            Issue.record("a refused subscription leaves a silent stream")
            return
        }
    }
}
