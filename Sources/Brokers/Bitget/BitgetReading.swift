import Core

/// Reads what both languages share. A missing essential field is an error by name; anything else is left out.
enum BitgetReading {
    static func malformed(_ field: String, _ what: String) -> VenueError {
        BitgetErrors.malformed(what, "\(field) is missing or not what it should be")
    }

    static func text(_ value: JSONValue, _ what: String, _ keys: StaticString...) throws(VenueError) -> String {
        for key in keys {
            if let text = value[key]?.nonEmpty { return text }
        }
        throw malformed("\(keys[0])", what)
    }

    static func decimal(_ value: JSONValue, _ what: String, _ keys: StaticString...) throws(VenueError) -> FixedDecimal
    {
        for key in keys {
            if let number = value[key]?.decimal { return number }
        }
        throw malformed("\(keys[0])", what)
    }

    static func symbol(_ value: JSONValue, _ what: String) throws(VenueError) -> Symbol {
        guard let symbol = value.first("symbol", "instId")?.string.flatMap({ Symbol($0) }) else {
            throw malformed("symbol", what)
        }
        return symbol
    }

    /// The instrument of something that is held: whatever it is called, it is told. A name that no symbol can have is
    /// written with `_` and two hexadecimal digits for each foreign byte.
    static func heldSymbol(_ value: JSONValue, _ what: String) throws(VenueError) -> Symbol {
        guard let name = foreignName(value) else { return try symbol(value, what) }
        var text = ""
        for byte in name.utf8 {
            let scalar = Character(Unicode.Scalar(byte))
            let code = String(byte, radix: 16, uppercase: true)
            text += Symbol("X\(scalar)") != nil && byte < 0x80 ? String(scalar) : "_" + (byte < 16 ? "0" : "") + code
        }
        guard let symbol = Symbol(text.prefix(32)) else { throw malformed("symbol", what) }
        return symbol
    }

    /// The name of a row's instrument when no symbol can be called so here, such as `$ALTUSDT`.
    static func foreignName(_ value: JSONValue) -> String? {
        guard let name = value.first("symbol", "instId")?.nonEmpty, Symbol(name) == nil else { return nil }
        return name
    }

    /// Rows of a full page, as they are asked for.
    static let fullPage = 100
    /// A page of fewer rows is the last one, whatever it says: venues cut at a hundred, some at twenty, none at less.
    static let shortestPage = 20

    /// Reads the rows of a page. One that is about an instrument without a name here is left out and named: it can be
    /// none of ours, and must not hide the others.
    static func page<Row>(
        _ rows: [JSONValue], next: String?, _ read: (JSONValue) throws(VenueError) -> Row
    ) throws(VenueError) -> BitgetPage<Row> {
        var page = BitgetPage<Row>(rows: [], next: next)
        page.first = rows.first?.first("tradeId", "execId", "orderId")?.nonEmpty
        for row in rows {
            if let name = foreignName(row) { page.foreign.append(name) } else { page.rows.append(try read(row)) }
        }
        return page
    }

    static func side(_ value: JSONValue?, _ what: String) throws(VenueError) -> Side {
        if value?.isWord("buy") == true { return .buy }
        if value?.isWord("sell") == true { return .sell }
        throw malformed("side", what)
    }

    /// The rows of an answer, however they are wrapped: a bare list, or a member of an object; `null` is no rows.
    static func rows(_ data: JSONValue, _ keys: StaticString...) -> [JSONValue] {
        if data.isObject {
            for key in keys {
                if let list = data.first(key) { return list.elements }
            }
            return []
        }
        return data.elements
    }

    /// A state by its word; a word that nobody knows is `unknown`, which decides nothing.
    static func state(_ value: JSONValue?, filled: Quantity) -> OrderState {
        guard let value else { return .unknown }
        if value.isWord("filled") || value.isWord("full_fill") { return .filled }
        if value.isWord("partially_filled") || value.isWord("partial_fill") { return .partiallyFilled }
        if value.isWord("canceled") || value.isWord("cancelled") { return .cancelled }
        if value.isWord("live") || value.isWord("new") || value.isWord("init") || value.isWord("not_trigger") {
            return filled > .zero ? .partiallyFilled : .working
        }
        if value.isWord("executing") || value.isWord("pending") || value.isWord("submitting") { return .working }
        if value.isWord("executed") || value.isWord("success") { return .filled }
        if value.isWord("fail_execute") || value.isWord("failed") || value.isWord("rejected") { return .rejected }
        return .unknown
    }

    /// A largest amount; zero, empty and absent mean that there is none.
    static func largest(_ value: JSONValue?) -> Quantity? {
        value?.decimal.flatMap { $0 > .zero ? Quantity($0) : nil }
    }

    /// A positive price; nil when there is none.
    static func price(_ value: JSONValue?) -> Price? { value?.decimal.flatMap { $0 > .zero ? Price($0) : nil } }

    /// A limit order has a positive price.
    static func kind(_ value: JSONValue, price: JSONValue?) -> OrderKind {
        guard value.first("orderType")?.isWord("limit") == true, let price = price?.decimal, price > .zero else {
            return .market
        }
        return .limit(Price(price))
    }

    /// When a row last changed.
    static func moment(_ value: JSONValue) -> Timestamp {
        value.first("uTime", "updatedTime", "cTime", "createdTime", "ts")?.moment ?? .epoch
    }

    static func placed(_ data: JSONValue) throws(VenueError) -> BitgetPlaced {
        let row = data.elements.first ?? data
        return BitgetPlaced(orderID: row["orderId"]?.nonEmpty)
    }

    /// Whether a list of cancellations worked: an item that failed is an error of its own.
    ///
    /// - Throws: What the first bad item stands for; items whose verdict is in `harmless` are none.
    static func allSucceeded(
        _ data: JSONValue, harmless: [BitgetVerdict] = [], _ what: String
    ) throws(VenueError) -> Bool {
        let failed = data["failureList"]?.elements ?? []
        for item in failed {
            let code = item.first("errorCode", "code")?.string ?? ""
            let text = item.first("errorMsg", "msg")?.string ?? what
            let verdict = BitgetErrors.verdict(code: code, message: text)
            // Rows without a code are known of orders that are gone.
            if harmless.contains(verdict) || code.isEmpty && text.lowercased().contains("exist") { continue }
            throw BitgetErrors.error(code: code, message: text)
        }
        return !failed.isEmpty || data["successList"].map { !$0.elements.isEmpty } ?? true
    }

    /// Looks into the rows of an answer for all of its parts: each has a code of its own, whatever the answer's is.
    ///
    /// - Throws: What the first bad code stands for; codes whose verdict is in `harmless` are none.
    static func checkEach(_ rows: [JSONValue], harmless: [BitgetVerdict], _ what: String) throws(VenueError) {
        for row in rows {
            guard let code = row["code"]?.nonEmpty else { continue }
            let text = row.first("msg", "message")?.string ?? what
            let verdict = BitgetErrors.verdict(code: code, message: text)
            if verdict == .success || harmless.contains(verdict) { continue }
            throw BitgetErrors.error(code: code, message: text)
        }
    }

    /// Charged fees, positive. `charged` is the sign that a charge has on the wire.
    static func fees(_ detail: JSONValue?, chargedIsNegative: Bool) -> [BitgetFee] {
        guard var detail else { return [] }
        // Some messages carry the list as a text inside the text.
        if let inner = detail.string, let parsed = try? JSONText(Array(inner.utf8)) { detail = parsed.root }
        let rows = detail.isObject ? [detail] : detail.elements
        return rows.compactMap { row in
            guard let coin = row["feeCoin"]?.nonEmpty else { return nil }
            let deducted = row["deduction"]?.isWord("yes") == true ? row["totalDeductionFee"]?.decimal : nil
            guard let amount = deducted ?? row.first("totalFee", "fee")?.decimal else { return nil }
            return BitgetFee(coin: coin, amount: Money(chargedIsNegative ? -amount : amount))
        }
    }
}

extension FixedDecimal {
    /// Ten to the minus `places`; nil when that is not exact here.
    static func tenth(_ places: Int64) -> FixedDecimal? {
        guard (0...Int64(fractionDigits)).contains(places) else { return nil }
        return FixedDecimal(units: (0..<(Int64(fractionDigits) - places)).reduce(Int128(1)) { units, _ in units * 10 })
    }
}

extension Symbol? {
    /// The symbol that was asked for, or the one that a row names.
    func orRead(_ row: JSONValue, _ what: String) throws(VenueError) -> Symbol {
        if let self { return self }
        return try BitgetReading.symbol(row, what)
    }
}

extension OrderReference {
    /// The member that names an order.
    var member: (String, String) {
        switch self {
        case .client(let id): ("clientOid", id.text)
        case .venue(let id): ("orderId", id)
        }
    }

    func named(_ name: String) -> String? { member.0 == name ? member.1 : nil }
}

/// How a request to the venue names what it is for.
func urgency(of request: OrderRequest) -> RequestUrgency {
    request.reduceOnly || !request.purpose.mayOpen ? .vital : .entry
}
