public import Core

/// The name of a bar file: `SYMBOL-INTERVAL.csv` or `SYMBOL-INTERVAL.csv.gz`.
public struct BarFileName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The instrument.
    public let symbol: Symbol
    /// The length of a bar.
    public let interval: BarInterval

    /// A name from its parts.
    public init(symbol: Symbol, interval: BarInterval) {
        self.symbol = symbol
        self.interval = interval
    }

    /// Reads the last component of `path`; nil when it is not of the form above.
    public init?(path: String) {
        guard var name = path.split(separator: "/").last else { return nil }
        if name.hasSuffix(".gz") { name = name.dropLast(3) }
        guard name.hasSuffix(".csv") else { return nil }
        name = name.dropLast(4)
        guard let dash = name.lastIndex(of: "-"), let symbol = Symbol(name[..<dash]),
            let interval = BarInterval(name[name.index(after: dash)...])
        else { return nil }
        self.init(symbol: symbol, interval: interval)
    }

    /// `SYMBOL-INTERVAL`, the name without its ending.
    public var description: String { "\(symbol)-\(interval)" }

    public static func < (left: BarFileName, right: BarFileName) -> Bool {
        (left.symbol, left.interval) < (right.symbol, right.interval)
    }
}
