public import Core
import Optimizer

/// Proves that an artifact's rows follow from bars and recorded genomes without look-ahead.
///
/// Every row is computed again from the genome of its fold, first on all bars, then on bars cut at many random moments:
/// a row that needed a bar after its own close comes out differently, or not at all. Trust in a file's bytes is the
/// reader's work; this is trust in how they came about.
public struct ArtifactVerification: Sendable {
    private let artifact: SignalsArtifact
    private let bars: [BarSeries]
    private let column: FeatureTable.ColumnMaker

    /// Verifies `artifact` against `bars`, which may have grown at the end since.
    public init(artifact: SignalsArtifact, bars: [BarSeries]) {
        self.init(artifact: artifact, bars: bars, column: FeatureTable.column)
    }

    /// Verifies with columns of another making: those that a leaky artifact was made with.
    package init(artifact: SignalsArtifact, bars: [BarSeries], column: @escaping FeatureTable.ColumnMaker) {
        (self.artifact, self.bars, self.column) = (artifact, bars, column)
    }

    /// Checks every asset on all bars and on `cuts` random prefixes of each.
    ///
    /// - Returns: every finding, by asset; none means verified.
    public func findings(cuts: Int, seed: UInt64) -> [ArtifactFinding] {
        artifact.assets.flatMap { asset -> [ArtifactFinding] in
            guard let given = bars.first(where: { $0.symbol == asset.symbol }) else {
                return [.missingBars(asset.symbol)]
            }
            let used = given.prefix(asset.bars.count)
            guard given.interval == artifact.origin.interval, ArtifactBars(used) == asset.bars else {
                return [.barsDiffer(asset.symbol)]
            }
            let check = AssetCheck(asset: asset, bars: used, origin: artifact.origin, column: column)
            var random = SeededRandom(seed: seed, stream: asset.symbol.name)
            return check.findings(cuts: cuts, random: &random)
        }
    }
}

/// What an ``ArtifactVerification`` found wrong.
public enum ArtifactFinding: Hashable, Sendable, CustomStringConvertible {
    /// There are no bars of the asset.
    case missingBars(Symbol)
    /// The bars are not those the artifact was made from.
    case barsDiffer(Symbol)
    /// The genome of a fold is not one of this program's strategy.
    case unknownGenome(Symbol, fold: Int)
    /// A fold's windows do not lie on bars, or its rows do not cover its trade window.
    case windowsDiffer(Symbol, fold: Int)
    /// A row, at `time`, is not what its genome decides on all bars.
    case rowDiffers(Symbol, fold: Int, time: Timestamp)
    /// A row is different when the bars end at `cut`: it depends on bars that came later.
    case looksAhead(Symbol, fold: Int, time: Timestamp, cut: Timestamp)

    public var description: String {
        switch self {
        case .missingBars(let symbol): "\(symbol): no bars to verify against; import them"
        case .barsDiffer(let symbol): "\(symbol): the bars are not those of the artifact; import the same file"
        case .unknownGenome(let symbol, let fold): "\(symbol): fold \(fold) has a genome this program does not know"
        case .windowsDiffer(let symbol, let fold): "\(symbol): the windows of fold \(fold) do not match the bars"
        case .rowDiffers(let symbol, let fold, let time):
            "\(symbol): the row at \(time.milliseconds) does not follow from the genome of fold \(fold)"
        case .looksAhead(let symbol, let fold, let time, let cut):
            "\(symbol): the row at \(time.milliseconds) of fold \(fold) changes "
                + "when the bars end at \(cut.milliseconds)"
        }
    }
}
