public import Core

/// What one stored series holds, for people.
public struct BarSummary: Hashable, Codable, Sendable {
    /// Bars missing between two neighbours.
    public struct Gap: Hashable, Codable, Sendable {
        /// The open of the last bar before the gap.
        public let after: Timestamp
        /// How many bars are missing.
        public let missingBars: Int64
    }

    /// The instrument.
    public let symbol: Symbol
    /// The length of a bar.
    public let interval: BarInterval
    /// The file.
    public let path: String
    /// The number of bars.
    public let rows: Int
    /// The open of the first bar.
    public let first: Timestamp
    /// The open of the last bar.
    public let last: Timestamp
    /// Where bars are missing, by time; nights and holidays of an exchange included.
    public let gaps: [Gap]
    /// ``Core/BarSeries/digest`` of the bars.
    public let digest: Digest

    /// Sums up a series that is not empty.
    package init(_ series: BarSeries, path: String) {
        precondition(!series.isEmpty, "a stored series has at least one bar")
        (symbol, interval, self.path, rows) = (series.symbol, series.interval, path, series.count)
        first = series[0].openTime
        last = series[series.count - 1].openTime
        gaps = series.gaps.map { Gap(after: series[$0.after].openTime, missingBars: $0.missing) }
        digest = series.digest
    }

    /// The number of bars missing in all gaps.
    public var missingBars: Int64 { gaps.reduce(0) { $0 + $1.missingBars } }
}

/// One file of a bar folder: what it holds, or why it cannot be used.
public struct BarListing: Sendable {
    /// The file.
    public let path: String
    /// Symbol and interval by its name.
    public let name: BarFileName
    /// What it holds.
    public let content: Result<BarSummary, BarFileError>
}

/// How the binary cache of one file stood against a fresh reading of it.
public enum CacheVerdict: String, Codable, Sendable, CaseIterable {
    /// The same bars.
    case equal
    /// There was none; it is made at the next load.
    case absent
    /// It was damaged or of another source; it has been rebuilt.
    case rebuilt
}

/// The result of reading one stored file again from its source.
public struct BarVerification: Sendable {
    /// The file.
    public let path: String
    /// What it holds and how its cache stood.
    public let outcome: Result<Checked, BarFileError>

    /// A file that is in order.
    public struct Checked: Sendable {
        /// What it holds.
        public let summary: BarSummary
        /// How its cache stood.
        public let cache: CacheVerdict
    }
}

/// What an import did.
public struct BarImport: Sendable {
    /// What is stored now.
    public let summary: BarSummary
    /// Bars that were not stored before.
    public let added: Int
    /// Bars that were stored with other values before.
    public let changed: Int
    /// Stored bars that are gone; zero unless replacing was asked for.
    public let removed: Int
    /// What was wrong in the file; empty unless quarantine was asked for.
    public let setAside: [BarFault]
    /// Where the rows set aside are; nil when there are none.
    public let quarantinePath: String?
}
