import Core

/// One request the venue understands.
struct BitgetRoute: Sendable {
    typealias Deed = @Sendable (inout BitgetWorld, BitgetCall) throws(BitgetFault) -> Wire

    let method: String
    let path: String
    /// How often a second.
    let limit: Int
    let isPrivate: Bool
    let perform: Deed

    static func get(_ path: String, _ limit: Int, isPrivate: Bool = true, _ deed: @escaping Deed) -> BitgetRoute {
        BitgetRoute(method: "GET", path: path, limit: limit, isPrivate: isPrivate, perform: deed)
    }

    static func post(_ path: String, _ limit: Int, _ deed: @escaping Deed) -> BitgetRoute {
        BitgetRoute(method: "POST", path: path, limit: limit, isPrivate: true, perform: deed)
    }

    /// Every request by method and path.
    static let all: [String: BitgetRoute] = {
        let routes =
            publicRoutes + futuresAccount + futuresOrders + futuresPlans + spot + unifiedMarket
            + unifiedTrading
        return Dictionary(routes.map { ("\($0.method) \($0.path)", $0) }, uniquingKeysWith: { first, _ in first })
    }()
}

extension BitgetWorld {
    /// The symbol of a call, which has to be traded here.
    func symbol(_ call: BitgetCall) throws(BitgetFault) -> Symbol {
        guard let symbol = Symbol(try call.required("symbol")), market.instrument(symbol) != nil else {
            throw .unknownSymbol
        }
        return symbol
    }

    /// The symbol of a call that may name none.
    func optionalSymbol(_ call: BitgetCall) throws(BitgetFault) -> Symbol? {
        call["symbol"] == nil ? nil : try symbol(call)
    }

    /// Whether a call is about the products traded here: futures margined in USDT.
    func isOurs(_ call: BitgetCall) throws(BitgetFault) -> Bool {
        let product = try call.required("productType").uppercased()
        let known = [
            "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES",
        ]
        guard known.contains(product) else { throw BitgetFault("400172", "Parameter verification failed productType") }
        return product == "USDT-FUTURES"
    }

    /// Refuses products that are not traded here.
    func requireOurs(_ call: BitgetCall) throws(BitgetFault) {
        guard try isOurs(call) else { throw BitgetFault("40034", "Parameter productType does not exist") }
    }

    /// A page, newest first, of what is between two moments, with the id to go on from.
    func page<Item>(
        _ items: [Item], _ call: BitgetCall, id: (Item) -> String, at: (Item) -> Timestamp, usual: Int = 100
    ) -> (items: [Item], endID: String?) {
        let (start, end) = (call.moment("startTime"), call.moment("endTime"))
        let border = call["idLessThan"] ?? call["cursor"]
        var found: [Item] = []
        let limit = call.limit(usual, most: 100)
        for item in items.reversed() where found.count < limit {
            let moment = at(item)
            if let start, moment < start { continue }
            if let end, moment > end { continue }
            if let border, !Self.isLess(id(item), border) { continue }
            found.append(item)
        }
        return (found, found.last.map(id))
    }

    /// Compares ids as numbers.
    private static func isLess(_ left: String, _ right: String) -> Bool {
        left.count != right.count ? left.count < right.count : left < right
    }
}

/// What the venue understands, for tests and documentation.
package enum BitgetPaths {
    /// Every request by method and path, sorted.
    package static let all: [(method: String, path: String)] = BitgetRoute.all.values
        .map { ($0.method, $0.path) }.sorted { $0 < $1 }
}
