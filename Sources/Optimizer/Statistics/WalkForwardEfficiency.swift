/// How much of the profit of fitting survives on bars that were not fitted on.
///
/// `WFE = (out-of-sample profit per bar) / (in-sample profit per bar)`
///
/// Source: Pardo, "The Evaluation and Optimization of Trading Strategies", Wiley, 2008, chapter 11.
public enum WalkForwardEfficiency {
    /// The ratio, or nil ("n/a") when the in-sample profit is not positive: a ratio of two losses would look like a
    /// gain. Profits are in any one unit, `bars` are how many they were made in.
    public static func ratio(
        inSample: Double, inSampleBars: Int, outOfSample: Double, outOfSampleBars: Int
    ) -> Double? {
        guard inSample > 0, inSample.isFinite, outOfSample.isFinite, inSampleBars > 0, outOfSampleBars > 0 else {
            return nil
        }
        return (outOfSample / Double(outOfSampleBars)) / (inSample / Double(inSampleBars))
    }
}
