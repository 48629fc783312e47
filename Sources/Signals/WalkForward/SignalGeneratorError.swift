public import Core

/// Why signals cannot be generated.
public enum SignalGeneratorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no series at all.
    case noBars
    /// A symbol was given twice.
    case repeatedAsset(Symbol)
    /// The series have different intervals; one artifact has one.
    case mixedIntervals(Symbol, BarInterval, Symbol, BarInterval)
    /// The windows do not fit the bars of a symbol, or of all assets together when there is no symbol.
    case windows(Symbol?, WalkForwardError)
    /// A search option or a cost is out of its range.
    case options(String)
    /// An asset has no bars to fit on in the train window of a fold that it trades or teaches, purge gap aside.
    case untrainable(Symbol, fold: Int)
    /// The caller asked to stop; what was finished is in the checkpoint.
    case cancelled
    /// The result breaks a rule of the artifact format.
    case artifact(ArtifactError)

    public var description: String {
        switch self {
        case .noBars: "there is no asset to study; import bars or name assets"
        case .repeatedAsset(let symbol): "\(symbol) was given twice; name it once"
        case .mixedIntervals(let one, let first, let other, let second):
            "\(one) has \(first) bars and \(other) \(second) bars; run each interval on its own"
        case .windows(let symbol, let error): "\(symbol?.name ?? "the assets' shared span"): \(error)"
        case .options(let flaw): flaw
        case .untrainable(let symbol, let fold):
            "\(symbol) has no bars to fit on in the train window of fold \(fold); leave it out, fill its gap "
                + "or lengthen --train-window"
        case .cancelled: "stopped before the end; run the same command again to continue"
        case .artifact(let error): "\(error)"
        }
    }
}
