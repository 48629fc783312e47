import Core

/// A line of the log, written as bytes at once: a run notes hundreds of thousands of values, and making a string of
/// each would take longer than deciding on it.
struct ChaosText: ExpressibleByStringInterpolation {
    fileprivate var bytes: [UInt8]

    init(stringLiteral text: String) { bytes = Array(text.utf8) }
    init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + 24 * interpolationCount)
        }

        mutating func appendLiteral(_ text: String) { bytes.append(contentsOf: text.utf8) }
        mutating func appendInterpolation(_ text: String) { bytes.append(contentsOf: text.utf8) }
        mutating func appendInterpolation(_ text: ChaosText) { bytes.append(contentsOf: text.bytes) }
        mutating func appendInterpolation(_ symbol: Symbol) { bytes.append(contentsOf: symbol.name.utf8) }
        mutating func appendInterpolation(_ broker: BrokerName) { bytes.append(contentsOf: broker.text.utf8) }
        mutating func appendInterpolation(_ amount: some ExactAmount) {
            _ = amount.value.write { bytes.append($1) }
        }
        mutating func appendInterpolation(_ number: some BinaryInteger) {
            _ = FixedDecimal(Int(number)).write { bytes.append($1) }
        }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            bytes.append(contentsOf: value.description.utf8)
        }
    }
}

extension [UInt8] {
    mutating func append(_ text: ChaosText) { append(contentsOf: text.bytes) }
}
