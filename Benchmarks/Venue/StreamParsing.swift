import Brokers
import Core
import Foundation

/// Stream messages from bytes to what the broker is told, by processor time: other programs on the machine do not
/// count.
enum StreamParsing {
    /// What one language tells, as it was recorded or documented: an order that was filled, and a ticker.
    struct Messages {
        let order: [UInt8]
        let ticker: [UInt8]
    }

    static let classic = Messages(order: order, ticker: ticker)
    static let unified = Messages(order: unifiedOrder, ticker: unifiedTicker)

    private static let order = Array(
        #"""
        {"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"orders","instId":"default"},"data":[{\#
        "accBaseVolume":"0.2","baseVolume":"0.2","cTime":"1742560144582","cancelReason":"","clientOid":\#
        "1286956012665475076","enterPointSource":"API","feeDetail":[{"feeCoin":"USDT","fee":"-0.01123440"}],\#
        "fillFee":"-0.0112344","fillPrice":"93.62","fillTime":"1742560144693","force":"gtc","instId":"LTCUSDT",\#
        "leverage":"10","marginCoin":"USDT","marginMode":"crossed","notionalUsd":"18.722","orderId":\#
        "1286956012652892166","orderType":"market","pnl":"0","posMode":"one_way_mode","posSide":"net","price":"0",\#
        "priceAvg":"93.62","reduceOnly":"no","side":"buy","size":"0.2","status":"filled","tradeSide":"buy_single",\#
        "uTime":"1742560144693"}],"ts":1742560144700}
        """#.utf8)
    private static let ticker = Array(
        #"""
        {"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"ticker","instId":"BTCUSDT"},"data":[{\#
        "instId":"BTCUSDT","lastPr":"27000.5","bidPr":"27000","askPr":"27000.5","bidSz":"2.71","askSz":"8.76",\#
        "open24h":"27000.5","high24h":"30668.5","low24h":"26999.0","change24h":"-0.00002","fundingRate":"0.000010",\#
        "nextFundingTime":"1695722400000","markPrice":"27000.0","indexPrice":"25702.4","holdingAmount":"929.502",\#
        "baseVolume":"368.900","quoteVolume":"10152429.961","openUtc":"27000.5","symbolType":1,"symbol":"BTCUSDT",\#
        "ts":"1695715383021"}],"ts":1695715383039}
        """#.utf8)

    private static let unifiedOrder = Array(
        #"""
        {"action":"snapshot","arg":{"instType":"UTA","topic":"order"},"data":[{"category":"usdt-futures",\#
        "symbol":"LTCUSDT","orderId":"1286956012652892166","clientOid":"1286956012665475076","price":"","qty":"0.2",\#
        "amount":"18.724","holdMode":"one_way_mode","holdSide":"long","tradeSide":"open","orderType":"market",\#
        "timeInForce":"gtc","side":"buy","marginMode":"crossed","marginCoin":"USDT","reduceOnly":"no",\#
        "cumExecQty":"0.2","cumExecValue":"18.724","avgPrice":"93.62","totalProfit":"0","orderStatus":"filled",\#
        "cancelReason":"","leverage":"10","feeDetail":[{"feeCoin":"USDT","fee":"0.01123440"}],\#
        "createdTime":"1742560144582","updatedTime":"1742560144693","stpMode":"none"}],"ts":1742560144700}
        """#.utf8)
    private static let unifiedTicker = Array(
        #"""
        {"action":"snapshot","arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"},"data":[{\#
        "highPrice24h":"30668.5","lowPrice24h":"26999.0","openPrice24h":"27000.5","lastPrice":"27000.5",\#
        "turnover24h":"10152429.961","volume24h":"368.900","bid1Price":"27000","ask1Price":"27000.5",\#
        "bid1Size":"2.71","ask1Size":"8.76","price24hPcnt":"-0.00002","indexPrice":"25702.4","markPrice":"27000.0",\#
        "fundingRate":"0.000010","openInterest":"929.502","deliveryTime":"","deliveryStartTime":"",\#
        "deliveryStatus":"","nextFundingTime":"1695722400000"}],"ts":1695715383039}
        """#.utf8)

    static func measure(_ count: Int, into table: inout FigureTable) {
        measure(count, BitgetClassic(BitgetSettings()), classic, "V2", into: &table)
        measure(count, BitgetUnified(BitgetSettings()), unified, "V3", into: &table)
    }

    private static func measure<Language: BitgetDialect>(
        _ count: Int, _ language: Language, _ messages: Messages, _ name: String, into table: inout FigureTable
    ) {
        var seen = ours(50_000, language, messages)
        let before = residentKiB()
        let begun = clock()
        seen += ours(count, language, messages)
        let rate = Double(count) / seconds(since: begun)
        let grown = residentKiB() - before
        precondition(seen == count + 50_000, "every message was understood")
        let reference = clock()
        let others = count / 10
        var parsed = 0
        for index in 0..<others {
            let data = Data(index.isMultiple(of: 2) ? messages.order : messages.ticker)
            if (try? JSONSerialization.jsonObject(with: data)) != nil { parsed += 1 }
        }
        let foundation = Double(parsed) / seconds(since: reference)
        table.add(
            "order and ticker messages of \(name), half each, parsed a second on one core (processor time)",
            text(rate), beside: "JSONSerialization alone: \(text(foundation))", ratio: rate / foundation)
        table.add("resident memory over \(count) messages of \(name)", "+ \(grown) KiB")
    }

    private static func ours<Language: BitgetDialect>(
        _ count: Int, _ language: Language, _ messages: Messages
    ) -> Int {
        var seen = 0
        for _ in 0..<(count / 2) {
            if let hint = try? language.hint(try JSONText(messages.order).root) {
                seen += hint.orders.count { $0.filled > .zero }
            }
            if let tickers = try? language.tickers(try JSONText(messages.ticker).root) {
                seen += tickers.count { $0.bid != nil && $0.ask != nil }
            }
        }
        return seen
    }

    private static func seconds(since begun: clock_t) -> Double { Double(clock() - begun) / Double(CLOCKS_PER_SEC) }

    private static func residentKiB() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { Int($0[1]) } ?? 0) * 4
    }

    private static func text(_ rate: Double) -> String { "\(Int(rate / 1000)) 000/s" }
}
