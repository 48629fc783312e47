import Brokers
import Core
import Foundation
import Testing

/// Figures for docs/performance.md, printed when asked for with FIGURES=1; nothing here depends on time otherwise.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FIGURES"] != nil)) struct BitgetFigures {
    private static let order = #"""
        {"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"orders","instId":"default"},"data":[{\#
        "accBaseVolume":"0.2","baseVolume":"0.2","cTime":"1742560144582","cancelReason":"","clientOid":\#
        "1286956012665475076","enterPointSource":"API","feeDetail":[{"feeCoin":"USDT","fee":"-0.01123440"}],\#
        "fillFee":"-0.0112344","fillPrice":"93.62","fillTime":"1742560144693","force":"gtc","instId":"LTCUSDT",\#
        "leverage":"10","marginCoin":"USDT","marginMode":"crossed","notionalUsd":"18.722","orderId":\#
        "1286956012652892166","orderType":"market","pnl":"0","posMode":"one_way_mode","posSide":"net","price":"0",\#
        "priceAvg":"93.62","reduceOnly":"no","side":"buy","size":"0.2","status":"filled","tradeSide":"buy_single",\#
        "uTime":"1742560144693"}],"ts":1742560144700}
        """#
    private static let ticker = #"""
        {"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"ticker","instId":"BTCUSDT"},"data":[{\#
        "instId":"BTCUSDT","lastPr":"27000.5","bidPr":"27000","askPr":"27000.5","bidSz":"2.71","askSz":"8.76",\#
        "open24h":"27000.5","high24h":"30668.5","low24h":"26999.0","change24h":"-0.00002","fundingRate":"0.000010",\#
        "nextFundingTime":"1695722400000","markPrice":"27000.0","indexPrice":"25702.4","holdingAmount":"929.502",\#
        "baseVolume":"368.900","quoteVolume":"10152429.961","openUtc":"27000.5","symbolType":1,"symbol":"BTCUSDT",\#
        "ts":"1695715383021"}],"ts":1695715383039}
        """#

    private func residentKilobytes() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { Int($0[1]) } ?? 0) * 4
    }

    @Test func messagesParsedPerSecond() throws {
        let language = BitgetClassic(BitgetSettings())
        let (order, ticker) = (Array(Self.order.utf8), Array(Self.ticker.utf8))
        for (name, count) in [("warm-up", 50_000), ("order and ticker messages, half each", 1_000_000)] {
            // The processor's time, so that other programs on the machine do not count.
            let (before, begun) = (residentKilobytes(), clock())
            var seen = 0
            for _ in 0..<(count / 2) {
                seen += try language.hint(try JSONText(order).root).orders.count
                seen += try language.tickers(try JSONText(ticker).root).count
            }
            let seconds = Double(clock() - begun) / 1_000_000
            #expect(seen == count)
            print(
                "FIGURE \(name): \(Int(Double(count) / seconds))/s, \(residentKilobytes() - before) KiB more resident")
        }
    }

    private func percentiles(_ values: [Double]) -> String {
        let sorted = values.sorted()
        func at(_ share: Double) -> String {
            String(format: "%.3f", sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)])
        }
        return "p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, of \(sorted.count)"
    }

    private func limit(_ name: String) -> OrderRequest {
        BitgetBench.request(name, .buy, .limit(Price(FixedDecimal(50))))
    }

    @Test func decisionToFirstByteAndRoundTrip() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.pace = 1000 }, isStarted: false) { broker, _ in
            for index in 0..<100 { _ = await broker.submit(limit("warm\(index)")) }
            var (firsts, trips): ([Double], [Double]) = ([], [])
            for index in 0..<1000 {
                let begun = ContinuousClock.now
                _ = await broker.submit(limit("a\(index)"))
                trips.append((ContinuousClock.now - begun) / .milliseconds(1))
                let heard = try #require(venue.requests("place-order").last?.arrival)
                firsts.append((heard - begun) / .milliseconds(1))
            }
            print("FIGURE decision to first byte at the venue: \(percentiles(firsts))")
            print("FIGURE order round trip: \(percentiles(trips))")
        }
    }

    @Test(arguments: [false, true]) func roundTripAgainstTheTwin(isUnified: Bool) async throws {
        let twin = try await TwinBench(isUnified: isUnified, isHedge: false, hasLimits: false)
        var settings = BitgetBench.settings(port: twin.port, isSpot: false)
        settings.pace = 1000
        settings.credentials = BitgetCredentials(
            key: Secret(TwinBench.key), secret: Secret(TwinBench.secret), passphrase: Secret(TwinBench.passphrase))
        let broker = try BitgetBroker(settings)
        for index in 0..<50 { _ = await broker.submit(limit("warm\(index)")) }
        var (trips, taken): ([Double], Int) = ([], 0)
        for index in 0..<300 {
            let begun = ContinuousClock.now
            if case .accepted = await broker.submit(limit("a\(index)")) { taken += 1 }
            trips.append((ContinuousClock.now - begun) / .milliseconds(1))
        }
        #expect(taken == 300)
        print("FIGURE round trip against the twin, \(isUnified ? "V3" : "V2"): \(percentiles(trips))")
        await broker.stop()
        await twin.stop()
    }

    @Test func ordersPerSecond() async throws {
        let venue = BitgetStandIn()
        try await withBitget(venue, adjust: { $0.pace = 1000 }, isStarted: false) { broker, _ in
            for index in 0..<100 { _ = await broker.submit(limit("warm\(index)")) }
            for lanes in [1, 8] {
                let begun = ContinuousClock.now
                await withTaskGroup(of: Void.self) { group in
                    for lane in 0..<lanes {
                        group.addTask {
                            for index in 0..<(2000 / lanes) {
                                _ = await broker.submit(limit("l\(lanes)-\(lane)-\(index)"))
                            }
                        }
                    }
                }
                let seconds = (ContinuousClock.now - begun) / .seconds(1)
                print("FIGURE orders per second, \(lanes) at a time: \(Int(2000 / seconds))")
            }
        }
    }
}
