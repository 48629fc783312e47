import Brokers
import Core
import Testing

/// Recorded messages of the venue, read by the language they belong to.
@Suite(.fewAtOnce) struct BitgetRecordedTests {
    private let classic = BitgetClassic(BitgetSettings())
    private let unified = BitgetUnified(BitgetSettings())
    private let btc = BitgetBench.symbol
    private let ltc = Symbol("LTCUSDT") ?? BitgetBench.symbol
    private var spot: BitgetClassic {
        var settings = BitgetSettings()
        settings.market = .spot
        return BitgetClassic(settings)
    }

    private func json(_ text: String) throws -> JSONValue { try JSONText(Array(text.utf8)).root }

    @Test func aHedgeCloseIsTurnedIntoTheRealSide() throws {
        let data = try json(
            #"""
            {"symbol":"LTCUSDT","size":"0.1","orderId":"1139547338494877696","clientOid":"1139547338494877697","base\#
            Volume":"0.1","fee":"-0.0041202","price":"","priceAvg":"68.67","state":"filled","side":"buy","force":"gt\#
            c","totalProfits":"-0.007","posSide":"long","marginCoin":"USDT","presetStopSurplusPrice":"","quoteVolume\#
            ":"6.867","orderType":"market","leverage":"10","marginMode":"crossed","reduceOnly":"YES","enterPointSour\#
            ce":"API","tradeSide":"close","posMode":"hedge_mode","orderSource":"market","cTime":"1707415177939","uTi\#
            me":"1707415178032"}
            """#
        )
        let order = try #require(try classic.order(.venue("1"), ltc).answer(data))
        #expect(order.side == .sell && order.state == .filled && order.kind == .market && order.reducesOnly)
        #expect(order.filled.description == "0.1" && order.orderID == "1139547338494877696")
        #expect(order.at == Timestamp(milliseconds: 1_707_415_178_032))
    }

    @Test(arguments: [
        ("buy", "open", "long", Side.buy), ("buy", "close", "long", .sell), ("sell", "open", "short", .sell),
        ("sell", "close", "short", .buy), ("buy", "buy_single", "net", .buy), ("sell", "sell_single", "net", .sell),
        ("buy", "burst_close_long", "long", .sell),
    ]) func sidesAreReal(wire: String, trade: String, hold: String, expected: Side) throws {
        let data = try json(
            #"""
            {"symbol":"BTCUSDT","size":"1","orderId":"1","side":"\#(wire)","tradeSide":"\#(trade)","posSide":"\#
            \#(hold)","state":"live"}
            """#
        )
        #expect(try classic.order(.venue("1"), btc).answer(data)?.side == expected)
        let fill = try json(
            #"""
            {"fillList":[{"tradeId":"1","symbol":"BTCUSDT","orderId":"2","price":"1","baseVolume":"1","side":"\#
            \#(wire)","tradeSide":"\#(trade)"}]}
            """#
        )
        #expect(
            try classic.fills(BitgetSpan(start: .epoch, end: nil), after: nil).answer(fill).rows.first?.side == expected
        )
    }

    @Test func aRecordedPendingOrderIsRead() throws {
        let data = try json(
            #"""
            {"entrustedList":[{"symbol":"BLURUSDT","size":"40","orderId":"1190384645049036801","clientOid":"11903846\#
            45074202625","baseVolume":"0","fee":"0","price":"0.15","priceAvg":"","status":"live","side":"buy","force\#
            ":"gtc","totalProfits":"0","posSide":"net","marginCoin":"USDT","quoteVolume":"0","leverage":"10","margin\#
            Mode":"crossed","enterPointSource":"web","tradeSide":"buy_single","posMode":"one_way_mode","orderType":"\#
            limit","orderSource":"normal","reduceOnly":"NO","cTime":"1","uTime":"2"}],"endId":"1190384645049036801"}
            """#
        )
        let page = try classic.openOrders(part: 0, after: nil).answer(data)
        #expect(page.rows.count == 1 && page.next == nil)
        #expect(page.rows[0].kind == .limit(Price("0.15") ?? .zero) && page.rows[0].state == .working)
        #expect(!page.rows[0].reducesOnly)
    }

    @Test func emptyListsAreEmptyHoweverTheyAreSpelled() throws {
        for text in [#"{"entrustedList":null,"endId":null}"#, #"{"entrustedList":[]}"#, "[]", "{}", "null"] {
            #expect(try classic.openOrders(part: 0, after: nil).answer(json(text)).rows.isEmpty)
            #expect(try classic.positions().answer(json(text)).isEmpty)
            #expect(try unified.openOrders(part: 0, after: nil).answer(json(text)).rows.isEmpty)
        }
        #expect(try spot.order(.venue("1"), btc).answer(json("[]")) == nil)
    }

    @Test func aRecordedFillHasAPositiveFee() throws {
        let data = try json(
            #"""
            {"fillList":[{"tradeId":"1115965644337205249","symbol":"LTCUSDT","orderId":"1115965643967582214","price"\#
            :"72.25","baseVolume":"0.1","feeDetail":[{"deduction":"no","feeCoin":"USDT","totalDeductionFee":null,"to\#
            talFee":"-0.004335"}],"side":"buy","quoteVolume":"7.225","profit":"-0.002","enterPointSource":"api","tra\#
            deSide":"close","posMode":"hedge_mode","tradeScope":"taker","cTime":"1701792863926"}],"endId":"1"}
            """#
        )
        let fill = try #require(
            try classic.fills(BitgetSpan(start: .epoch, end: nil), after: nil).answer(data).rows.first)
        #expect(fill.fees == [BitgetFee(coin: "USDT", amount: Money("0.004335") ?? .zero)])
        #expect(fill.side == .sell && fill.tradeID == "1115965644337205249")
    }

    @Test func feesPaidInAnotherCoinAndInsideTextAreRead() throws {
        let data = try json(
            #"""
            [{"symbol":"LTCUSDT","orderId":"1","tradeId":"2","side":"buy","priceAvg":"69.265","size":"0.0794","feeDe\#
            tail":{"deduction":"yes","feeCoin":"BGB","totalDeductionFee":"-0.5","totalFee":"-0.0000794"}},{"symbol":\#
            "LTCUSDT","orderId":"1","tradeId":"3","side":"buy","priceAvg":"69","size":"1","feeDetail":"[{\"feeCoin\"\#
            :\"LTC\",\"totalFee\":\"-0.1\"}]"},{"symbol":"LTCUSDT","orderId":"1","tradeId":"4","side":"buy","priceAv\#
            g":"69","size":"1"}]
            """#
        )
        let fills = try spot.fills(BitgetSpan(start: .epoch, end: nil), after: nil).answer(data).rows
        #expect(fills.map(\.fees).map { $0.map { "\($0.amount) \($0.coin)" } } == [["0.5 BGB"], ["0.1 LTC"], []])
    }

    @Test func unifiedFeesArePositiveOnTheWire() throws {
        let data = try json(
            #"""
            {"list":[{"execId":"1","orderId":"2","symbol":"BTCUSDT","side":"sell","execPrice":"10","execQty":"2","fe\#
            eDetail":[{"feeCoin":"USDT","fee":"0.012"}],"createdTime":"5"}],"cursor":null}
            """#
        )
        let fill = try #require(
            try unified.fills(BitgetSpan(start: .epoch, end: nil), after: nil).answer(data).rows.first)
        #expect(fill.fees.first?.amount.description == "0.012" && fill.side == .sell)
    }

    @Test func openSpotOrdersCallTheirPriceOtherwise() throws {
        let open = try json(
            #"""
            [{"userId":"1","symbol":"LTCUSDT","orderId":"7","clientOid":"c","priceAvg":"50","size":"0.11","orderType\#
            ":"limit","side":"buy","status":"live","basePrice":"0","baseVolume":"0","quoteVolume":"0","cTime":"1","u\#
            Time":"1"}]
            """#
        )
        #expect(try spot.openOrders(part: 0, after: nil).answer(open).rows.first?.kind == .limit(Price("50") ?? .zero))
        let bought = try json(
            #"""
            [{"symbol":"LTCUSDT","orderId":"1134354173590421508","clientOid":"84e6d418","price":"0","size":"6.000000\#
            0000000000","orderType":"market","side":"buy","status":"filled","priceAvg":"65.5210000000000000","baseVo\#
            lume":"0.0915000000000000","quoteVolume":"5.9951715","feeDetail":"{\"newFees\":{\"t\":-0.0000915}}"}]
            """#
        )
        let order = try #require(try spot.order(.venue("1"), ltc).answer(bought))
        #expect(order.quantity.description == "0.0915" && order.filled == order.quantity && order.state == .filled)
    }

    @Test func theRecordedContractGivesItsSteps() throws {
        let record =
            #"""
            {"symbol":"BTCUSDT","baseCoin":"BTC","quoteCoin":"USDT","buyLimitPriceRatio":"0.01","sellLimitPriceRatio\#
            ":"0.01","feeRateUpRatio":"0.005","makerFeeRate":"0.0002","takerFeeRate":"0.0006","openCostUpRatio":"0.0\#
            1","supportMarginCoins":["USDT"],"minTradeNum":"0.002","priceEndStep":"5","volumePlace":"3","pricePlace"\#
            :"1","sizeMultiplier":"0.001","symbolType":"perpetual","minTradeUSDT":"5","symbolStatus":"normal","offTi\#
            me":"-1","limitOpenTime":"-1","deliveryTime":"","minLever":"1","maxLever":"125"}
            """#
        let odd = #"{"symbol":"$ALT","pricePlace":"x"}"#
        let contracts = try classic.contracts(nil).answer(json("[\(odd),\(record)]"))
        let rules = try #require(contracts.first?.instrument)
        #expect(contracts.count == 1 && contracts[0].mayOpen && contracts[0].endsAt == nil)
        #expect(rules.tick.description == "0.5" && rules.lotStep.description == "0.001")
        #expect(rules.minimumQuantity.description == "0.002" && rules.minimumNotional.description == "5")
        let broken = record.replacing(#""sizeMultiplier":"0.001""#, with: #""sizeMultiplier":"""#)
        #expect(throws: VenueError.self) { _ = try classic.contracts(nil).answer(json("[\(broken)]")) }
    }

    @Test func recordedModesAndPositionsAreRead() throws {
        let account = try json(
            #"""
            {"marginCoin":"USDT","locked":"0","available":"70.09927267","accountEquity":"70.09927267","crossedMargin\#
            Leverage":10,"isolatedLongLever":"20","marginMode":"crossed","posMode":"one_way_mode","isolatedMargin":n\#
            ull}
            """#
        )
        #expect(
            try classic.modes(btc).answer(account)
                == BitgetModes(isHedge: false, marginMode: .crossed, leverage: 10))
        #expect(throws: VenueError.self) { _ = try classic.modes(btc).answer(json(#"{"marginMode":"crossed"}"#)) }
        let positions = try json(
            #"""
            [{"marginCoin":"USDT","symbol":"LTCUSDT","holdSide":"long","available":"0.1","locked":"0","total":"0.1",\#
            "openPriceAvg":"72.66","posMode":"hedge_mode"},{"symbol":"LTCUSDT","holdSide":"short","total":"0.3","ava\#
            ilable":"0.2","openPriceAvg":""}]
            """#
        )
        let read = try classic.positions().answer(positions)
        #expect(read.map(\.quantity.description) == ["0.1", "-0.3"])
        #expect(read.map(\.available.description) == ["0.1", "0.2"])
        #expect(throws: VenueError.self) {
            _ = try classic.positions().answer(json(#"[{"symbol":"LTCUSDT","total":"1"}]"#))
        }
    }

    @Test func theRecordedTakeProfitIsRead() throws {
        let data = try json(
            #"""
            {"entrustedList":[{"planType":"pos_profit","symbol":"BNBUSDT","size":"0","orderId":"1272849518383902721"\#
            ,"clientOid":"1272849518383902720","price":"634.59","executePrice":"634.59","callbackRatio":"","triggerP\#
            rice":"634.59","triggerType":"fill_price","planStatus":"live","side":"buy","posSide":"long","marginCoin"\#
            :"USDT","marginMode":"","tradeSide":"close","posMode":"hedge_mode","orderType":"limit","stopSurplusTrigg\#
            erPrice":"634.59","stopLossTriggerPrice":null,"cTime":"1739196894260","uTime":"1739196894260"}]}
            """#
        )
        let plan = try #require(try classic.protections(family: 0, after: nil).answer(data).rows.first)
        #expect(plan.kind == .takeProfit(trigger: Price("634.59") ?? .zero) && plan.side == .sell && plan.isPlan)
        #expect(plan.planType == "pos_profit" && plan.quantity == .zero && plan.state == .working)
    }

    /// A trigger order of somebody's hand may open a position: then it is no stop, whatever its list is called.
    @Test(
        arguments: [
            (#""reduceOnly":"no","tradeSide":"open","orderType":"limit","price":"59000""#, "59000", false),
            (#""reduceOnly":"no","tradeSide":"buy_single","orderType":"market","price":"0""#, nil, false),
            (#""reduceOnly":"yes","tradeSide":"sell_single","orderType":"market","price":"0""#, nil, true),
            (#""reduceOnly":"no","tradeSide":"close","orderType":"market","price":"0""#, nil, true),
        ] as [(String, String?, Bool)])
    func triggerOrdersThatMayOpenAreNoStops(words: String, limit: String?, reduces: Bool) throws {
        let data = try json(
            #"""
            {"entrustedList":[{"planType":"normal_plan","symbol":"BTCUSDT","size":"0.01","orderId":"7","clientOid":"8",
            "triggerPrice":"60000","planStatus":"live","side":"buy","posMode":"one_way_mode",\#(words)}]}
            """#
        )
        let plan = try #require(try classic.protections(family: 1, after: nil).answer(data).rows.first)
        let entry = limit.flatMap { Price($0) }.map { OrderKind.limit($0) } ?? .market
        #expect(plan.kind == (reduces ? .stop(trigger: try #require(Price("60000"))) : entry))
        #expect(plan.reducesOnly == reduces && plan.isPlan && plan.quantity == Quantity("0.01"))
    }

    @Test func streamOrdersCountAllExecutions() throws {
        let message = try json(
            #"""
            {"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"orders","instId":"default"},"data":[{"a\#
            ccBaseVolume":"0.2","baseVolume":"0.1","cTime":"1742560144582","cancelReason":"","clientOid":"1286956012\#
            665475076","feeDetail":[{"feeCoin":"USDT","fee":"-0.01123440"}],"fillPrice":"93.62","instId":"LTCUSDT","\#
            leverage":"10","orderId":"1286956012652892166","orderType":"market","posMode":"one_way_mode","posSide":"\#
            net","price":"0","priceAvg":"93.62","reduceOnly":"no","side":"buy","size":"0.2","status":"filled","trade\#
            Side":"buy_single","uTime":"1742560144693"}],"ts":1742560144700}
            """#
        )
        let hint = try classic.hint(message)
        #expect(hint.orders.first?.filled.description == "0.2" && hint.hasFills)
        #expect(hint.orders.first?.symbol.name == "LTCUSDT")
    }

    @Test func unknownWordsDecideNothing() throws {
        let data = try json(#"{"orderId":"1","size":"1","side":"buy","state":"teleported","brandNew":{"x":1}}"#)
        #expect(try classic.order(.venue("1"), btc).answer(data)?.state == .unknown)
    }
}
