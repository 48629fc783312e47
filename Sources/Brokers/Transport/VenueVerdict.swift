package import Core

/// What an answer's code asks for, as finely as one venue tells it. The request loop needs four of the cases; the rest
/// is between a venue's client and its broker.
package protocol VenueVerdict: Hashable, Sendable {
    /// Certainly not done; later it may be.
    static var retry: Self { get }
    /// Certainly not done; too many requests.
    static var throttled: Self { get }
    /// May or may not have been done.
    static var unknown: Self { get }
    /// A person has to act.
    static var configuration: Self { get }
    /// What the house has to do about it.
    var remedy: VenueError.Remedy { get }
}

/// Why a call failed: what it asks for at its venue, and what the rest of the house is told.
package struct VenueFailure<Verdict: VenueVerdict>: Error, Hashable, Sendable {
    /// What the venue's answer asks for.
    package let verdict: Verdict
    /// The error by remedy.
    package let error: VenueError

    /// A failure from its parts.
    package init(verdict: Verdict, error: VenueError) { (self.verdict, self.error) = (verdict, error) }
}

/// A row of a venue's table of codes.
package struct VenueCodeRow<Verdict: VenueVerdict>: Sendable {
    /// What the codes mean.
    package let meaning: String
    /// What they ask for.
    package let verdict: Verdict
    /// The codes.
    package let codes: [String]

    /// A row of codes divided by spaces; `30001-30004` stands for all from the first to the last.
    package init(_ meaning: String, _ verdict: Verdict, _ codes: String) {
        (self.meaning, self.verdict) = (meaning, verdict)
        self.codes = codes.split(separator: " ").flatMap { part -> [String] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            return ends.count == 2 ? (ends[0]...ends[1]).map { String($0) } : [String(part)]
        }
    }

    /// The rows of a table by code; of two rows with one code the first counts.
    package static func byCode(_ table: [Self]) -> [String: Self] {
        var found: [String: Self] = [:]
        for row in table {
            for code in row.codes where found[code] == nil { found[code] = row }
        }
        return found
    }
}
