import RealModule

/// The standard normal distribution.
public enum NormalDistribution {
    /// The probability of a value of at most `x`: `Z(x) = erfc(-x / sqrt 2) / 2`.
    public static func cumulative(_ x: Double) -> Double {
        0.5 * Double.erfc(-x / (2.0).squareRoot())
    }

    /// The value that is exceeded with probability `q` in 0 ... 1; infinite at the ends, NaN outside.
    ///
    /// Starts from Hastings' approximation (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.23, error
    /// below 4.5e-4) and refines it by Halley's method until it is as exact as `erfc`. Small tails lose no digits,
    /// which `quantile(1 - q)` would.
    public static func upperQuantile(_ q: Double) -> Double {
        guard q >= 0, q <= 1 else { return .nan }
        if q == 0 { return .infinity }
        if q == 1 { return -.infinity }
        if q > 0.5 { return -upperQuantile(1 - q) }
        let t = (-2 * Double.log(q)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        var x = t - numerator / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        for _ in 0..<4 {
            let density = Double.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let step = (0.5 * Double.erfc(x / (2.0).squareRoot()) - q) / density
            x += step / (1 - x * step / 2)
        }
        return x
    }

    /// The value that is not exceeded with probability `p` in 0 ... 1: the inverse of ``cumulative(_:)``.
    public static func quantile(_ p: Double) -> Double {
        p < 0.5 ? -upperQuantile(p) : upperQuantile(1 - p)
    }
}
