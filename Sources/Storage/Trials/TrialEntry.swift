public import Core

/// One line of the trial ledger: what a search tried, or why somebody overrode the gate.
public struct TrialEntry: Hashable, Codable, Sendable {
    /// What happened.
    public enum Kind: String, Codable, Sendable {
        /// A search began; its counts are what it set out to try.
        case begun
        /// A search was stopped; its counts are what it had tried until then.
        case interrupted
        /// A search ended; it has an artifact.
        case finished
        /// Somebody allowed an artifact that the gate refuses.
        case override
    }

    /// What was tried on one asset.
    public struct Asset: Hashable, Codable, Sendable {
        /// The asset.
        public var symbol: Symbol
        /// The close of the first bar that was looked at, milliseconds UTC.
        public var first: Int64
        /// The close of the last bar, milliseconds UTC.
        public var last: Int64
        /// Evaluations of one genome on this asset.
        public var evaluations: Int
        /// Distinct genomes.
        public var trials: Int
        /// The independent trials they are worth.
        public var effective: Double
        /// The variance of their Sharpe ratios per bar; nil when it is not known.
        public var sharpeVariance: Double?
        /// The mean number of bars those ratios were measured on.
        public var bars: Double
        /// The assets with the same group in one search share its genomes; nil in lines of before there were groups,
        /// and then nothing is shared.
        public var group: String?

        /// An asset from its parts.
        public init(
            symbol: Symbol, first: Int64, last: Int64, evaluations: Int, trials: Int, effective: Double,
            sharpeVariance: Double?, bars: Double, group: String? = nil
        ) {
            (self.symbol, self.first, self.last, self.bars) = (symbol, first, last, bars)
            self.group = group
            (self.evaluations, self.trials) = (evaluations, trials)
            (self.effective, self.sharpeVariance) = (effective, sharpeVariance)
        }
    }

    /// What happened.
    public var kind: Kind
    /// When.
    public var at: Timestamp
    /// What the search was: the digest of bars, options, seed and program. The same search counts once.
    public var fingerprint: Digest
    /// SHA-256 of the artifact file, once there is one.
    public var artifact: Digest?
    /// The digest of the search's results, as the artifact's header has it.
    public var search: Digest?
    /// The program, mode, interval, seed and size in words.
    public var summary: String
    /// What was tried, by asset; empty for an override.
    public var assets: [Asset]
    /// Why the gate was overridden.
    public var reason: String?
    /// The assets that an override named; nil in other lines, and in those of before overrides named any.
    public var overridden: [Symbol]?

    /// An entry from its parts.
    public init(
        kind: Kind, at: Timestamp, fingerprint: Digest, artifact: Digest? = nil, search: Digest? = nil,
        summary: String, assets: [Asset] = [], reason: String? = nil, overridden: [Symbol]? = nil
    ) {
        (self.kind, self.at, self.fingerprint, self.artifact) = (kind, at, fingerprint, artifact)
        (self.search, self.summary, self.assets, self.reason) = (search, summary, assets, reason)
        self.overridden = overridden
    }
}

/// A line of the trial ledger with its place in the chain.
public struct TrialRow: Hashable, Sendable {
    /// Its number, from 1.
    public let sequence: Int64
    /// The hash of the line before.
    public let previous: Digest
    /// The hash over the line before, the number and the content.
    public let hash: Digest
    /// The line.
    public let entry: TrialEntry
}

/// What is wrong with a trial ledger.
public enum TrialFinding: Hashable, Sendable, CustomStringConvertible {
    /// Lines are missing between two others, or at the end.
    case removed(ClosedRange<Int64>, after: Timestamp?)
    /// A line was changed after it was written.
    case changed(Int64)
    /// A line does not continue the one before it.
    case unchained(Int64)
    /// The file that knows the last line is gone or damaged.
    case headless(String)

    public var description: String {
        switch self {
        case .removed(let lines, let moment):
            (lines.count == 1 ? "line \(lines.lowerBound) was removed" : "lines \(lines) were removed")
                + (moment.map { ", written after \($0.milliseconds) ms UTC" } ?? "")
        case .changed(let line): "line \(line) was changed after it was written"
        case .unchained(let line): "line \(line) does not continue the line before it"
        case .headless(let path): "\(path), which knows the last line, is missing or damaged"
        }
    }
}
