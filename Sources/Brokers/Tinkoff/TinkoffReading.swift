import Core

/// Reads messages. A missing essential field is an error by name; a missing scalar is zero, a missing message nothing,
/// an unknown word decides nothing.
enum TinkoffReading {
    static func malformed(_ field: String, _ what: String) -> VenueError {
        TinkoffErrors.malformed(what, "\(field) is missing or not what it should be")
    }

    static func text(_ value: JSONValue, _ what: String, _ keys: StaticString...) throws(VenueError) -> String {
        for key in keys {
            if let text = value[key]?.nonEmpty { return text }
        }
        throw malformed("\(keys[0])", what)
    }

    static func lots(_ value: JSONValue?) -> TinkoffLots { TinkoffLots(value?.integer ?? 0) }

    /// A whole number that something of the account hangs on: missing is zero, nonsense is nothing that may be taken
    /// for zero.
    static func count(_ value: JSONValue, _ key: StaticString, _ what: String) throws(VenueError) -> Int64 {
        guard let field = value[key], !field.isNull else { return 0 }
        guard let count = field.integer else { throw malformed("\(key)", what) }
        return count
    }

    /// A positive price; nil for zero, which stands for "none".
    static func price(_ value: JSONValue?) -> Price? {
        TinkoffNumber.read(value).flatMap { $0 > .zero ? Price($0) : nil }
    }

    static func moment(_ value: JSONValue?) -> Timestamp? { TinkoffTime.read(value?.string) }

    static func side(_ value: JSONValue?, _ what: String) throws(VenueError) -> Side {
        let word = value?.string ?? ""
        if word.hasSuffix("_BUY") { return .buy }
        if word.hasSuffix("_SELL") { return .sell }
        throw malformed("direction", what)
    }

    /// A state by its word; a word that nobody knows is `unknown`, which decides nothing.
    static func state(_ value: JSONValue?, done: TinkoffLots) -> OrderState {
        guard let value else { return .unknown }
        if value.isWord("EXECUTION_REPORT_STATUS_FILL") { return .filled }
        if value.isWord("EXECUTION_REPORT_STATUS_REJECTED") { return done > .zero ? .cancelled : .rejected }
        if value.isWord("EXECUTION_REPORT_STATUS_CANCELLED") { return .cancelled }
        if value.isWord("EXECUTION_REPORT_STATUS_PARTIALLYFILL") { return .partiallyFilled }
        if value.isWord("EXECUTION_REPORT_STATUS_NEW") { return done > .zero ? .partiallyFilled : .working }
        return .unknown
    }

    /// An order as `GetOrderState` and `GetOrders` tell it. The answer to `PostOrder` is not read this way: fields of
    /// the same names mean something else there.
    static func order(_ value: JSONValue) throws(VenueError) -> TinkoffOrder {
        let what = "an order"
        let done = TinkoffLots(try count(value, "lotsExecuted", what))
        let limit = price(value["initialSecurityPrice"])
        var stages: [TinkoffStage] = []
        for row in value["stages"]?.elements ?? [] {
            guard let price = price(row["price"]), let count = row["quantity"]?.integer, count > 0,
                let trade = row["tradeId"]?.nonEmpty
            else { continue }
            stages.append(
                TinkoffStage(tradeID: trade, price: price, count: count, at: moment(row["executionTime"]) ?? .epoch))
        }
        let wanted = TinkoffLots(try count(value, "lotsRequested", what))
        var state = state(value["executionReportStatus"], done: done)
        // In a word that nobody knows, but all of it was done.
        if state == .unknown, done > .zero, done == wanted { state = .filled }
        let isLimit = value["orderType"]?.isWord("ORDER_TYPE_LIMIT") == true
        return TinkoffOrder(
            orderID: try text(value, what, "orderId"), requestID: value["orderRequestId"]?.nonEmpty,
            uid: try text(value, what, "instrumentUid", "figi"), ticker: value["ticker"]?.nonEmpty,
            side: try side(value["direction"], what),
            kind: isLimit ? limit.map(OrderKind.limit) ?? .market : .market, lots: wanted,
            done: done, state: state, stages: stages,
            average: price(value["averagePositionPrice"]), initial: limit,
            fee: Money(TinkoffNumber.read(value["executedCommission"]) ?? .zero),
            reason: value["message"]?.nonEmpty, at: moment(value["orderDate"]) ?? .epoch)
    }

    static func stop(_ value: JSONValue) throws(VenueError) -> TinkoffStop {
        let what = "a stop order"
        // Trailing ones follow the price and name no level of their own; without a level a stop is there all the same,
        // and one of a stranger must not hide the others.
        let level = price(value["stopPrice"]) ?? price(value["price"]) ?? price(value["trailingData"]?["price"])
        let trigger = level ?? .zero
        return TinkoffStop(
            stopID: try text(value, what, "stopOrderId"), uid: try text(value, what, "instrumentUid", "figi"),
            ticker: value["ticker"]?.nonEmpty, side: try side(value["direction"], what),
            lots: TinkoffLots(try count(value, "lotsRequested", what)),
            takesProfit: value["orderType"]?.isWord("STOP_ORDER_TYPE_TAKE_PROFIT") == true, trigger: trigger,
            state: stopState(value), placedAt: moment(value["createDate"]) ?? .epoch,
            expiresAt: moment(value["expirationTime"]), firedAt: moment(value["activationDateTime"]))
    }

    private static func stopState(_ value: JSONValue) -> TinkoffStop.State {
        let child = value["exchangeOrderId"]?.nonEmpty
        guard let status = value["status"] else { return child == nil ? .waiting : .executed(child: child) }
        if status.isWord("STOP_ORDER_STATUS_ACTIVE") { return .waiting }
        if status.isWord("STOP_ORDER_STATUS_EXECUTED") { return .executed(child: child) }
        if status.isWord("STOP_ORDER_STATUS_CANCELED") { return .cancelled }
        if status.isWord("STOP_ORDER_STATUS_EXPIRED") { return .expired }
        return .unclear
    }

    /// A share; its ticker has to be one of our symbols.
    static func share(_ message: JSONValue) throws(VenueError) -> TinkoffShare {
        let what = "a share"
        guard let value = message["instrument"] else { throw malformed("instrument", what) }
        guard let symbol = Symbol(try text(value, what, "ticker")) else { throw malformed("ticker", what) }
        guard let lot = TinkoffLotSize(value["lot"]?.integer ?? 0) else { throw malformed("lot", what) }
        guard let step = price(value["minPriceIncrement"]) else {
            throw VenueError(
                .rejected, code: "TINKOFF_NO_STEP", message: "\(symbol) has no price step: it is not traded any more")
        }
        return TinkoffShare(
            symbol: symbol, classCode: value["classCode"]?.string ?? "", uid: try text(value, what, "uid"),
            figi: value["figi"]?.string ?? "", lot: lot, step: step,
            currency: Currency(try text(value, what, "currency")), exchange: value["exchange"]?.string ?? "",
            isTradable: value["apiTradeAvailableFlag"]?.flag ?? false,
            mayBuy: value["buyAvailableFlag"]?.flag ?? false, maySell: value["sellAvailableFlag"]?.flag ?? false,
            mayShort: value["shortEnabledFlag"]?.flag ?? false,
            isForQualified: value["forQualInvestorFlag"]?.flag ?? false)
    }

    static func status(_ value: JSONValue) -> TinkoffStatus? {
        guard let uid = value["instrumentUid"]?.nonEmpty ?? value["figi"]?.nonEmpty else { return nil }
        let prefix = "SECURITY_TRADING_STATUS_"
        let word = value["tradingStatus"]?.string ?? ""
        func flag(_ key: StaticString) -> Bool { value[key]?.flag ?? false }
        return TinkoffStatus(
            uid: uid, word: word.hasPrefix(prefix) ? String(word.dropFirst(prefix.count)) : word,
            takesLimit: flag("limitOrderAvailableFlag"), takesMarket: flag("marketOrderAvailableFlag"),
            takesBest: flag("bestpriceOrderAvailableFlag"), takesOnlyBest: flag("onlyBestPrice"),
            isOpenToAPI: value["apiTradeAvailableFlag"]?.flag ?? true)
    }

    /// A last price; an entry without one is nothing.
    static func lastPrice(_ value: JSONValue) -> TinkoffPrice? {
        guard let price = price(value["price"]), let uid = value["instrumentUid"]?.nonEmpty ?? value["figi"]?.nonEmpty
        else { return nil }
        return TinkoffPrice(
            uid: uid, price: price, at: moment(value["time"]),
            isDealer: value["lastPriceType"]?.isWord("LAST_PRICE_DEALER") == true)
    }

    static func balance(_ value: JSONValue) throws(VenueError) -> TinkoffBalance {
        var money: [String: Money] = [:]
        for row in (value["money"]?.elements ?? []) + (value["blocked"]?.elements ?? []) {
            guard let currency = row["currency"]?.nonEmpty else { continue }
            guard let amount = TinkoffNumber.read(row) else { throw malformed("money", "the positions") }
            money[currency.uppercased(), default: .zero] += Money(amount)
        }
        var holdings: [TinkoffHolding] = []
        // Futures and options are not traded here, but an account that has some is not flat.
        let lists = [value["securities"], value["futures"], value["options"]]
        for row in lists.flatMap({ $0?.elements ?? [] }) where row["instrumentType"]?.isWord("currency") != true {
            let what = "a holding"
            let pieces = try count(row, "balance", what) + count(row, "blocked", what)
            guard pieces != 0 else { continue }
            let uid = try text(row, what, "instrumentUid", "figi")
            holdings.append(
                TinkoffHolding(uid: uid, ticker: row["ticker"]?.nonEmpty, pieces: TinkoffPieces(pieces)))
        }
        return TinkoffBalance(
            money: money, holdings: holdings, isLoading: value["limitsLoadingInProgress"]?.flag ?? false)
    }
}
