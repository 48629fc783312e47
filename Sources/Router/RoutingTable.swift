public import Core

/// Why routes are not usable.
public enum RoutingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part is not `SYMBOL:broker`.
    case malformedPair(String)
    /// A symbol is routed twice.
    case duplicateSymbol(Symbol)
    /// A route names a broker that is not there.
    case unknownBroker(BrokerName, for: Symbol, known: [BrokerName])
    /// An asset has no route.
    case noRoute(Symbol)

    public var description: String {
        switch self {
        case .malformedPair(let text): "'\(text)' is not a route: write SYMBOL:broker, for example BTCUSDT:simulated"
        case .duplicateSymbol(let symbol): "\(symbol) is routed twice: keep one route"
        case .unknownBroker(let name, let symbol, let known):
            "\(symbol) is routed to '\(name)', which is not a broker: use one of "
                + known.map(\.text).joined(separator: ", ")
        case .noRoute(let symbol): "\(symbol) has no route: add \(symbol):broker to the routes"
        }
    }
}

/// Which broker trades which symbol.
public struct RoutingTable: Hashable, Sendable {
    private let routes: [Symbol: BrokerName]

    /// Reads `SYMBOL:broker,SYMBOL:broker`; blanks around names and an empty text are fine.
    ///
    /// - Parameter known: The brokers that exist; nil accepts every name.
    /// - Throws: ``RoutingError``, for the first flaw from the left.
    public init(_ text: String, known: [BrokerName]? = nil) throws(RoutingError) {
        var routes: [Symbol: BrokerName] = [:]
        for pair in text.split(separator: ",", omittingEmptySubsequences: !text.contains { !$0.isWhitespace }) {
            let parts = pair.split(separator: ":", omittingEmptySubsequences: false).map(Self.trimmed)
            guard parts.count == 2, let symbol = Symbol(parts[0]), !parts[1].isEmpty,
                !parts[1].contains(where: \.isWhitespace)
            else { throw .malformedPair(Self.trimmed(pair)) }
            let broker = BrokerName(parts[1])
            if routes[symbol] != nil { throw .duplicateSymbol(symbol) }
            if let known, !known.contains(broker) {
                throw .unknownBroker(broker, for: symbol, known: known.sorted())
            }
            routes[symbol] = broker
        }
        self.routes = routes
    }

    /// Routes every symbol to one broker, as the simulated modes do.
    public init(all symbols: [Symbol], to broker: BrokerName) {
        routes = Dictionary(symbols.map { ($0, broker) }, uniquingKeysWith: { first, _ in first })
    }

    /// The routed symbols, by name.
    public var symbols: [Symbol] { routes.keys.sorted() }

    /// The broker of a symbol.
    ///
    /// - Throws: ``RoutingError/noRoute(_:)``.
    public func broker(for symbol: Symbol) throws(RoutingError) -> BrokerName {
        guard let broker = routes[symbol] else { throw .noRoute(symbol) }
        return broker
    }

    /// Checks before anything starts that each asset has a route.
    ///
    /// - Throws: ``RoutingError/noRoute(_:)`` for the first asset without one.
    public func requireRoutes(for assets: [Symbol]) throws(RoutingError) {
        for asset in assets { _ = try broker(for: asset) }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
