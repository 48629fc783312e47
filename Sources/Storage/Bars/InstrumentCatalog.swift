public import Core
import Foundation

/// The rules of the instruments whose bars are stored, from `instruments.json` in the bar folder.
public struct InstrumentCatalog: Sendable {
    private struct Entry: Decodable {
        let symbol: Symbol
        let quote: Currency
        let tick: Price
        let lotStep: Quantity
        let minimumQuantity: Quantity
        let minimumNotional: Money
        let broker: BrokerName?
    }

    private struct File: Decodable {
        let instruments: [Entry]
    }

    /// The listed instruments, by symbol.
    public let instruments: [Instrument]
    private let brokers: [Symbol: BrokerName]

    /// The name of the file in the bar folder.
    public static let fileName = "instruments.json"

    /// Reads the catalog of a bar folder; a folder without one has an empty catalog.
    ///
    /// - Throws: ``BarFileError/catalog(path:reason:)`` naming the wrong key, or ``BarFileError/file(_:)``.
    public init(folder: String) throws(BarFileError) {
        let path = "\(folder)/\(Self.fileName)"
        let content: FileContent
        do {
            content = try FileContent(path: path)
        } catch {
            guard error.reason == .missing else { throw .file(error) }
            (instruments, brokers) = ([], [:])
            return
        }
        let entries = try Self.decode(content.bytes, path: path).instruments
        for entry in entries { try Self.check(entry, path: path) }
        let bySymbol = Dictionary(grouping: entries, by: \.symbol)
        if let twice = bySymbol.filter({ $0.value.count > 1 }).keys.min() {
            throw .catalog(path: path, reason: "\(twice) is listed twice")
        }
        brokers = bySymbol.compactMapValues { $0.first?.broker }
        instruments = entries.sorted { $0.symbol < $1.symbol }.map {
            Instrument(
                symbol: $0.symbol, tick: $0.tick, lotStep: $0.lotStep, minimumQuantity: $0.minimumQuantity,
                minimumNotional: $0.minimumNotional, quote: $0.quote)
        }
    }

    /// The listed rules of `symbol`; nil when it is not listed.
    public func listed(_ symbol: Symbol) -> Instrument? { instruments.first { $0.symbol == symbol } }

    /// The broker that trades `symbol` by default; nil when none is stated.
    public func broker(of symbol: Symbol) -> BrokerName? { brokers[symbol] }

    /// The rules of a series' instrument: the listed ones, otherwise ``inferred(from:)``.
    public func instrument(of series: BarSeries) -> Instrument {
        listed(series.symbol) ?? Self.inferred(from: series)
    }

    /// Rules as fine as the decimals that occur in the bars: tick from the prices, lot step from the volumes, no
    /// minimum value; quoted in USDT when the symbol ends so, otherwise in RUB.
    public static func inferred(from series: BarSeries) -> Instrument {
        let prices = [series.open, series.high, series.low, series.close].map(digits).max() ?? 0
        let lotStep = Quantity(step(digits(series.volume)))
        return Instrument(
            symbol: series.symbol, tick: Price(step(prices)), lotStep: lotStep, minimumQuantity: lotStep,
            minimumNotional: .zero, quote: Currency(series.symbol.name.hasSuffix("USDT") ? "USDT" : "RUB"))
    }

    private static func digits(_ column: [Double]) -> Int {
        min(column.reduce(0) { most, value in max(most, digits(value)) }, FixedDecimal.fractionDigits)
    }

    /// The decimals of the shortest text that reads back as `value`, such as 2 for 42283.58 and 5 for 8e-05.
    private static func digits(_ value: Double) -> Int {
        let parts = value.description.split(separator: "e")
        let fraction = parts[0].split(separator: ".").dropFirst().first ?? ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return max(0, (fraction == "0" ? 0 : fraction.count) - exponent)
    }

    private static func step(_ digits: Int) -> FixedDecimal {
        (0..<digits).reduce(FixedDecimal.one) { step, _ in FixedDecimal(units: step.units / 10) }
    }

    private static func decode(_ bytes: [UInt8], path: String) throws(BarFileError) -> File {
        do {
            return try JSONDecoder().decode(File.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw .catalog(path: path, reason: words(error))
        } catch {
            throw .catalog(path: path, reason: "it is not JSON")
        }
    }

    private static func check(_ entry: Entry, path: String) throws(BarFileError) {
        guard entry.tick > .zero, entry.lotStep > .zero else {
            throw .catalog(path: path, reason: "\(entry.symbol): tick and lotStep must be positive")
        }
        guard entry.minimumQuantity >= .zero, entry.minimumNotional >= .zero else {
            throw .catalog(path: path, reason: "\(entry.symbol): minimums must not be negative")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "entry \($0 + 1)" } ?? $0.stringValue }.joined(separator: ", ")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context)): '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(place(context)): wrong type of value"
        case .dataCorrupted(let context): "\(place(context)): \(context.debugDescription)"
        @unknown default: "it cannot be read"
        }
    }
}
