/// Why a statistic is not defined for its inputs. It is shown as "n/a" with this reason, never as a number.
public enum StatisticsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There are fewer observations than the formula needs.
    case tooFewObservations(Int, needed: Int)
    /// Nothing varies, so that there is no ratio to a deviation.
    case noVariance
    /// The variance of the Sharpe estimate, `1 - g3 SR + (g4 - 1) / 4 SR^2`, is not positive for these moments.
    case impossibleMoments
    /// A number is not finite, or lies outside the range that the text names.
    case outOfRange(String)
    /// Columns, blocks or folds do not fit together; the text says how.
    case shape(String)

    public var description: String {
        switch self {
        case .tooFewObservations(let count, let needed): "\(count) observations are too few, \(needed) are needed"
        case .noVariance: "nothing varies"
        case .impossibleMoments: "skewness and kurtosis make the Sharpe ratio's variance negative"
        case .outOfRange(let what): what
        case .shape(let what): what
        }
    }
}
