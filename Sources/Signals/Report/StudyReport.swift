public import Core

/// Everything a report shows, as values: the JSON file, and what the page draws.
public struct StudyReport: Encodable, Sendable {
    /// The program that trained.
    public let generator: ArtifactGenerator
    /// SHA-256 of the artifact file.
    public let artifact: Digest
    /// Whether each asset has its own genomes.
    public let mode: ArtifactMode
    /// Whether each asset was traded with what the others taught: then nothing was fitted on its own bars.
    public let crossAsset: Bool
    /// The options' preset.
    public let preset: String
    /// The seed of every random decision.
    public let seed: UInt64
    /// The length of a bar in milliseconds.
    public let intervalMs: Int64
    /// Bars in a train window.
    public let trainWindow: Int
    /// Bars in a trade window.
    public let tradeWindow: Int
    /// What every fill costs.
    public let costs: ArtifactCosts
    /// The timeframes whose trend the genomes may look at, with the weights that count on these bars; none: nil.
    public let timeframes: [TimeframeWeights.Entry]?
    /// The same in a sentence, and which timeframes were left out.
    public let timeframesNote: String?
    /// How much was tried.
    public let search: ArtifactSearch
    /// The worst verdict of the assets, by every trial that is known.
    public let verdict: GateVerdict
    /// The assets, by symbol.
    public let assets: [AssetReport]
}

/// One asset of a ``StudyReport``. Curves hold at most about a thousand points; in-sample and out-of-sample figures
/// never share one.
public struct AssetReport: Encodable, Sendable {
    /// A line over time.
    public struct Curve: Encodable, Sendable {
        /// Milliseconds UTC of closes.
        public let times: [Int64]
        /// Values, as shares of the budget unless said otherwise.
        public let values: [Double]
    }

    /// A fold with what fitting promised and what came of it.
    public struct Fold: Encodable, Sendable {
        /// Its number.
        public let index: Int
        /// Whether the end of the data cut it short.
        public let tail: Bool
        /// The fitted bars.
        public let train: ArtifactWindow
        /// The traded bars.
        public let trade: ArtifactWindow
        /// Figures of fitting.
        public let inSample: ArtifactStatistics
        /// Figures of trading.
        public let outOfSample: ArtifactStatistics
        /// The fitted equity, from 0 at the start of its window.
        public let inSampleCurve: [Double]
        /// The genome.
        public let genome: [String: Double]
    }

    /// One out-of-sample trade.
    public struct Deal: Encodable, Sendable {
        /// When it was entered, milliseconds UTC.
        public let entered: Int64
        /// When it was left.
        public let left: Int64
        /// Whether it gained when prices rose.
        public let long: Bool
        /// The price of the entry, slippage included.
        public let entryPrice: Double
        /// The price of the exit.
        public let exitPrice: Double
        /// What it came to, costs paid.
        public let profit: Double
        /// Why it was left.
        public let reason: ExitReason
    }

    /// The best fitness of one search after each generation.
    public struct History: Encodable, Sendable {
        /// The fold.
        public let fold: Int
        /// One a generation; nil while nothing had a finite one.
        public let best: [Double?]
    }

    /// How the production genome's train window responds to one gene.
    public struct Sensitivity: Encodable, Sendable {
        /// One value of the gene, with the rest as chosen.
        public struct Point: Encodable, Sendable {
            /// The value.
            public let value: Double
            /// The annualised in-sample Sharpe ratio; 0 when nothing was traded.
            public let sharpe: Double
        }
        /// The gene's name.
        public let gene: String
        /// The chosen value.
        public let chosen: Double
        /// Neighbouring values, ascending, the chosen one among them.
        public let points: [Point]
    }

    /// The out-of-sample rows at other fees.
    public struct CostCase: Encodable, Sendable {
        /// What the fee is multiplied with.
        public let factor: Double
        /// The figures at that fee.
        public let statistics: ArtifactStatistics
    }

    /// The profit of one calendar month (UTC), as a share of the budget.
    public struct Month: Encodable, Sendable {
        /// The year.
        public let year: Int
        /// 1 ... 12.
        public let month: Int
        /// The profit.
        public let profit: Double
    }

    /// One statistic with what it means.
    public struct Sentence: Encodable, Sendable {
        /// Its name.
        public let name: String
        /// Its value as text, "n/a" where it is not defined.
        public let value: String
        /// One plain sentence.
        public let meaning: String
    }

    /// The asset.
    public let symbol: Symbol
    /// The verdict, its clauses, the record of every trial that is known, and the evidence.
    public let judgement: ArtifactJudgement?
    /// What the search of this artifact alone tried on the asset.
    public let ownTrials: TrialRecord?
    /// Out-of-sample figures.
    public let statistics: ArtifactStatistics
    /// Each statistic in a sentence.
    public let sentences: [Sentence]
    /// The out-of-sample equity.
    public let equity: Curve
    /// Buying at the first out-of-sample close and holding.
    public let buyAndHold: Curve
    /// The fall of the equity from its peak, as a share of the peak; never positive.
    public let drawdown: Curve
    /// The closes of the traded bars, in price units.
    public let price: Curve
    /// The folds.
    public let folds: [Fold]
    /// The out-of-sample trades.
    public let trades: [Deal]
    /// The searches; empty when the report was made from a file alone.
    public let history: [History]
    /// What each gene of the production genome does to its train window.
    public let sensitivity: [Sensitivity]
    /// Fees at half, once, twice and four times.
    public let costCases: [CostCase]
    /// Profit by month.
    public let months: [Month]
    /// The search run anew on purged parts of the history; nil when ``validationNote`` says why not.
    public let crossValidation: CrossValidation?
    /// Why there is no cross-validation, in a sentence.
    public let validationNote: String?
}
