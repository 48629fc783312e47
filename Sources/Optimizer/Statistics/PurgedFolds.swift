/// Cross-validation for samples whose labels reach into the future: purged and embargoed k-fold.
///
/// The label of sample i spans i ... i + `horizon`. A training sample is purged when its span meets the span from the
/// first test sample to the end of the last test label, and embargoed when it starts within `embargo` samples after it.
///
/// Source: Lopez de Prado, "Advances in Financial Machine Learning", Wiley, 2018, sections 7.4.1 and 7.4.2.
public struct PurgedFolds: Hashable, Sendable {
    /// One split: what is tested, and what may be trained on.
    public struct Fold: Hashable, Sendable {
        /// The tested samples, ascending.
        public let test: [Int]
        /// The samples that may be trained on, ascending.
        public let train: [Int]
    }

    /// The folds, in the order of their test samples.
    public let folds: [Fold]

    /// Cuts `samples` samples into `count` folds of consecutive test samples; the first ones are one longer when they
    /// do not divide evenly.
    ///
    /// - Throws: ``StatisticsError/shape(_:)`` for fewer than two folds, fewer samples than folds or a negative span.
    public init(samples: Int, count: Int, horizon: Int = 0, embargo: Int = 0) throws(StatisticsError) {
        guard count > 1, samples >= count else { throw .shape("\(samples) samples do not make \(count) folds") }
        guard horizon >= 0, embargo >= 0 else { throw .shape("a horizon or an embargo cannot be negative") }
        let groups = Self.groups(samples: samples, count: count)
        folds = groups.map { test in
            Fold(
                test: Array(test),
                train: Self.train(samples: samples, without: [test], horizon: horizon, embargo: embargo))
        }
    }

    /// Consecutive groups of nearly equal size.
    static func groups(samples: Int, count: Int) -> [Range<Int>] {
        let (size, longer) = samples.quotientAndRemainder(dividingBy: count)
        return (0..<count).map { group in
            let start = group * size + Swift.min(group, longer)
            return start..<(start + size + (group < longer ? 1 : 0))
        }
    }

    /// The samples that none of the test ranges forbids.
    static func train(samples: Int, without tests: [Range<Int>], horizon: Int, embargo: Int) -> [Int] {
        (0..<samples).filter { sample in
            tests.allSatisfy { test in
                sample + horizon < test.lowerBound || sample > test.upperBound - 1 + horizon + embargo
            }
        }
    }
}
