import Core
package import Engine
package import Foundation

/// The JSON form of regime readings (`docs/regime.md`).
package struct RegimeDocument: Sendable {
    /// Why a document is none.
    package struct Fault: Error, Hashable, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The readings, oldest first.
    package let readings: [RegimeReading]

    private struct Form: Decodable {
        let schema: Int
        let readings: [Row]
    }

    private struct Row: Decodable {
        let at: Moment
        let dxyChangePct: Double?
        let btcDominanceChangePct: Double?
        let nextFomc: Moment?
    }

    /// `2024-05-01T18:00:00Z`, or milliseconds since 1970.
    private struct Moment: Decodable {
        let value: Timestamp

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let milliseconds = try? container.decode(Int64.self) {
                value = Timestamp(milliseconds: milliseconds)
                return
            }
            let text = try container.decode(String.self)
            guard let date = try? Date(text, strategy: .iso8601) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is no moment such as 2024-05-01T18:00:00Z")
            }
            value = Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
        }
    }

    /// Reads a document.
    ///
    /// - Throws: ``Fault`` saying what is wrong with it.
    package init(_ data: Data) throws {
        let form: Form
        do { form = try JSONDecoder().decode(Form.self, from: data) } catch {
            throw Fault(description: Self.explain(error))
        }
        guard form.schema == 1 else { throw Fault(description: "schema \(form.schema) is not known; this is 1") }
        guard !form.readings.isEmpty else { throw Fault(description: "it holds no readings") }
        readings = try form.readings.map(Self.reading).sorted { $0.at < $1.at }
    }

    private static func reading(_ row: Row) throws -> RegimeReading {
        RegimeReading(
            at: row.at.value, dollarIndexChange: try percent(row.dxyChangePct, "dxyChangePct"),
            bitcoinDominanceChange: try percent(row.btcDominanceChangePct, "btcDominanceChangePct"),
            nextMeeting: row.nextFomc?.value)
    }

    private static func percent(_ value: Double?, _ key: String) throws -> FixedDecimal? {
        guard let value else { return nil }
        guard value.magnitude <= 1000, let exact = FixedDecimal(measured: value) else {
            throw Fault(description: "\(key) is \(value), which is no change in percent")
        }
        return exact.quantised(to: FixedDecimal(units: 1_000_000), rounding: .halfEven)
    }

    private static func explain(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let place), .valueNotFound(_, let place):
            return "'\(place.codingPath.map(\.stringValue).joined(separator: "."))' has another type than expected"
        case .dataCorrupted(let place): return place.debugDescription
        @unknown default: return "it is not the expected JSON"
        }
    }
}
