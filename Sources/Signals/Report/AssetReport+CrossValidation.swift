extension AssetReport {
    /// What the same search makes of an asset when it is run anew on other parts of its history.
    public struct CrossValidation: Encodable, Sendable {
        /// A stretch, or a whole path of stretches, that the genomes trading it were not searched on.
        public struct Test: Encodable, Sendable {
            /// The close of its first bar, milliseconds UTC.
            public let first: Int64
            /// The close of its last bar.
            public let last: Int64
            /// Bars the genome was searched on; nil for a path, which has several.
            public let trained: Int?
            /// The profit as a share of the budget, costs paid, open positions marked at the stretch's end.
            public let profit: Double
            /// The annualised Sharpe ratio; 0 when nothing was traded.
            public let sharpe: Double
            /// The deepest fall of the equity from its peak.
            public let maxDrawdown: Double
            /// Closed trades.
            public let trades: Int
        }

        /// Purged and embargoed k-fold: every stretch tested once.
        public let folds: [Test]
        /// Combinatorial purged cross-validation: several paths through the whole history.
        public let paths: [Test]
        /// The searches behind the paths.
        public let splits: Int
        /// Bars before a tested stretch that are not searched on: the longest holding.
        public let horizon: Int
        /// Bars behind a tested stretch and the horizon that are not searched on: the longest look-back.
        public let embargo: Int

        /// What it says, in a sentence.
        public var meaning: String {
            let (won, kept) = (paths.count { $0.profit > 0 }, folds.count { $0.profit > 0 })
            return "The search was run anew on \(splits + folds.count) purged parts of the history: \(kept) of "
                + "\(folds.count) unseen stretches and \(won) of \(paths.count) whole paths made money after costs. "
                + "One walk-forward path that shines among paths that do not was lucky."
        }

        private enum Keys: String, CodingKey { case folds, paths, splits, horizon, embargo, meaning }

        /// Writes the figures and the sentence.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(folds, forKey: .folds)
            try container.encode(paths, forKey: .paths)
            try container.encode(splits, forKey: .splits)
            try container.encode(horizon, forKey: .horizon)
            try container.encode(embargo, forKey: .embargo)
            try container.encode(meaning, forKey: .meaning)
        }
    }
}
