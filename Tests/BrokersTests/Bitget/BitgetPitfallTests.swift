import Brokers
import Core
import Foundation
import Synchronization
import Testing

/// Traps that users of the venue report (docs/bitget.md) and that no other test walks into.
@Suite(.fewAtOnce) struct BitgetPitfallTests {
    private let dialects: [any BitgetDialect] = {
        var spot = BitgetSettings()
        spot.market = .spot
        return [
            BitgetClassic(BitgetSettings()), BitgetClassic(spot), BitgetUnified(BitgetSettings()), BitgetUnified(spot),
        ]
    }()

    /// Pitfall 14: signatures of queries that are not sorted, or not of plain letters, fail at some of the venue's
    /// gateways.
    @Test func queriesAreSortedAndOfPlainLetters() throws {
        let id = OrderReference.client(ClientOrderID("b\u{e4}d & name"))
        for dialect in dialects {
            let targets = [
                dialect.order(id, BitgetBench.symbol).call.target, dialect.openOrders(part: 0, after: "17").call.target,
                dialect.endedOrders(BitgetBench.symbol, after: "17").call.target,
                dialect.contracts(BitgetBench.symbol).call.target,
            ]
            for target in targets {
                let query = target.split(separator: "?").dropFirst().first ?? ""
                let names = query.split(separator: "&").map { $0.prefix { $0 != "=" } }
                #expect(names == names.sorted(), "\(target)")
                #expect(!target.contains(" ") && target.utf8.allSatisfy { $0 < 0x80 }, "\(target)")
            }
        }
    }

    /// Pitfall 14: what is signed are the bytes that are sent, whatever letters they are of.
    @Test func whatIsSignedAreTheBytesThatAreSent() {
        let signer = BitgetSigner(
            BitgetCredentials(
                key: Secret(BitgetStandIn.key), secret: Secret(BitgetStandIn.secret),
                passphrase: Secret(BitgetStandIn.passphrase)))
        func sign(_ method: String, _ target: String, _ body: String) -> String {
            signer.sign(timestamp: "1700000000000", method: method, target: target, body: Array(body.utf8))
        }
        let purchase = #"{"memo":"\#u{41f}\#u{43e}\#u{43a}\#u{443}\#u{43f}\#u{43a}\#u{430}"}"#
        #expect(
            sign("POST", "/api/v2/mix/order/place-order", purchase) == "UpI/K4vPLnoIfJZLqes9bHTHyURm+w+HKeb+k8pBF18=")
        #expect(
            sign("GET", "/api/v2/mix/order/detail?clientOid=%D1%8F&symbol=BTCUSDT", "")
                == "sn8Th3nmOp/AvaEY5iknR+xSKlAi74fvkJaEhgVYKJc=")
    }

    /// Pitfall 14: a name that somebody made by hand is looked up like any other: the signature holds.
    @Test(arguments: [false, true]) func aNameOfForeignLettersIsLookedUp(isUnified: Bool) async throws {
        try await withBitget(BitgetStandIn(isUnified: isUnified)) { broker, _ in
            let report = try await broker.order(ClientOrderID("\u{44f} & co"), BitgetBench.symbol)
            #expect(report == nil)
        }
    }

    /// Pitfall 17: a stream that broke logs in and subscribes again to everything; books with checksums and balances
    /// are nothing that this client depends on.
    @Test(arguments: [false, true]) func aBrokenStreamIsLoggedInAndSubscribedAgain(isUnified: Bool) async throws {
        let venue = BitgetStandIn(isUnified: isUnified)
        try await withBitget(venue) { broker, server in
            let before = try await subscriptions(venue) { $0.contains("ticker") && $0.count > 2 }
            for round in 2...4 {
                server.cutStreams()
                let after = try await subscriptions(venue) { $0.count >= before.count * round }
                #expect(Set(after) == Set(before) && venue.state.withLock { $0.logins } >= round)
            }
            #expect(!before.contains { $0.hasPrefix("books") || $0 == "account" })
            _ = await broker.submit(BitgetBench.request("a", .buy))
            #expect(try await broker.snapshot().positions.count == 1, "what is held is read")
        }
    }

    private func subscriptions(
        _ venue: BitgetStandIn, _ areAll: ([String]) -> Bool
    ) async throws -> [String] {
        for _ in 0..<2_000 {
            let all = venue.state.withLock { $0.subscriptions }
            if areAll(all) { return all }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("the streams were not subscribed to")
        return []
    }

    /// Pitfall 24: a market order on futures says nothing about how long it is good for.
    @Test(arguments: [false, true], [false, true]) func marketOrdersCarryNoForce(isHedge: Bool, closes: Bool) throws {
        let stance = BitgetStance(isHedge: isHedge, marginMode: .crossed)
        let request = BitgetBench.request("a", .sell, reduceOnly: closes, purpose: closes ? .exit : .entry)
        for dialect in [dialects[0], dialects[2]] {
            let body = dialect.place(request, stance, cap: nil).call.body?.text ?? ""
            let sent = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
            #expect(sent["orderType"] as? String == "market")
            #expect(sent["force"] == nil && sent["timeInForce"] == nil, "\(body)")
        }
    }
}
