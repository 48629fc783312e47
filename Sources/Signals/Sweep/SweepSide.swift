/// One side of the rules that a sweep tries: a kind of line, and every period it is tried with.
///
/// ```swift
/// let fast = try SweepSide("ema:4..52:2")   // 4, 6 ... 52
/// let slow = try SweepSide("sma:50,100,200")
/// let price = try SweepSide("close")
/// ```
public struct SweepSide: Hashable, Codable, Sendable, CustomStringConvertible {
    /// A line over the bars; each value is known at its bar's close.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        /// The exponential average of the closes, seeded with the first.
        case ema
        /// The simple average of the closes.
        case sma
        /// The average price, weighted by volume.
        case vwap
        /// The close itself; it has no period.
        case close
    }

    /// The longest period that a line may have.
    public static let longestPeriod = 10_000
    /// The most periods that a side may have.
    public static let mostPeriods = 2_000

    /// The kind of line.
    public let kind: Kind
    /// The periods, ascending; 1 alone for the close.
    public let periods: [Int]
    /// As it was written.
    public let description: String

    /// Reads `KIND:FROM..TO`, `KIND:FROM..TO:STEP`, `KIND:N,N,N` or `close`.
    ///
    /// - Throws: ``SweepError/side(_:)`` naming what does not read.
    public init(_ text: String) throws(SweepError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let kind = Kind(rawValue: parts[0].lowercased()) else {
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .side("'\(parts[0])' is no line; there are \(kinds)")
        }
        (self.kind, description) = (kind, text.lowercased())
        if kind == .close {
            guard parts.count == 1 else { throw .side("'\(text)': the close has no periods") }
            periods = [1]
            return
        }
        guard (2...3).contains(parts.count) else { throw .side("'\(text)' names no periods") }
        periods = try Self.periods(parts[1], step: parts.count == 3 ? parts[2] : nil, of: text)
    }

    private static func periods(_ text: String, step: String?, of whole: String) throws(SweepError) -> [Int] {
        let ends = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        var found: [Int] = []
        if ends.count == 3, ends[1].isEmpty, let first = Int(ends[0]), let last = Int(ends[2]) {
            let distance = step.map { Int($0) ?? 0 } ?? 1
            guard distance > 0 else {
                throw .side("'\(whole)': the step is a whole number from 1 on")
            }
            guard first >= 1, last >= first, last <= longestPeriod else { throw outOfRange(whole) }
            found = Array(stride(from: first, through: last, by: distance))
        } else {
            guard step == nil else { throw .side("'\(whole)': only a range such as 4..52 has a step") }
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let period = Int(part) else { throw .side("'\(whole)': '\(part)' is no period") }
                found.append(period)
            }
        }
        guard let least = found.min(), let most = found.max(), least >= 1, most <= longestPeriod else {
            throw outOfRange(whole)
        }
        let periods = Set(found).sorted()
        guard periods.count <= mostPeriods else {
            throw .side("'\(whole)' has \(periods.count) periods; at most \(mostPeriods) can be tried")
        }
        return periods
    }

    private static func outOfRange(_ text: String) -> SweepError {
        .side("'\(text)': periods are whole numbers from 1 to \(longestPeriod), the lower end first")
    }
}
