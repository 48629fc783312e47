/// Combinatorial purged cross-validation: every choice of k of N groups is tested once, and the tests are joined into
/// several whole paths through history instead of one.
///
/// C(N, k) splits make k / N C(N, k) paths; path p takes each group from the p-th split that tests it, splits in
/// lexicographic order. Purging and embargo are those of ``PurgedFolds``.
///
/// Source: Lopez de Prado, "Advances in Financial Machine Learning", Wiley, 2018, chapter 12.
public struct CombinatorialPurged: Hashable, Sendable {
    /// One split.
    public struct Split: Hashable, Sendable {
        /// The groups that are tested, ascending, counted from 0.
        public let groups: [Int]
        /// The tested samples, ascending.
        public let test: [Int]
        /// The samples that may be trained on, ascending.
        public let train: [Int]
    }

    /// The samples of each group.
    public let groups: [Range<Int>]
    /// Every split, in lexicographic order of its test groups.
    public let splits: [Split]
    /// Each path as the number of the split (from 0) that tests each group in turn.
    public let paths: [[Int]]

    /// Plans the splits and paths.
    ///
    /// - Throws: ``StatisticsError/shape(_:)`` when `tested` is not in 1 ..< `groups`, there are more than 20 groups or
    ///   fewer samples than groups, or a span is negative.
    public init(
        samples: Int, groups count: Int, tested: Int, horizon: Int = 0, embargo: Int = 0
    ) throws(StatisticsError) {
        guard (2...20).contains(count), samples >= count, (1..<count).contains(tested) else {
            throw .shape("\(tested) of \(count) groups of \(samples) samples cannot be tested")
        }
        guard horizon >= 0, embargo >= 0 else { throw .shape("a horizon or an embargo cannot be negative") }
        let groups = PurgedFolds.groups(samples: samples, count: count)
        self.groups = groups
        let splits = Self.choices(of: tested, from: 0..<count).map { chosen in
            let tests = chosen.map { groups[$0] }
            return Split(
                groups: chosen, test: tests.flatMap(Array.init),
                train: PurgedFolds.train(samples: samples, without: tests, horizon: horizon, embargo: embargo))
        }
        self.splits = splits
        let testing = groups.indices.map { group in splits.indices.filter { splits[$0].groups.contains(group) } }
        paths = testing[0].indices.map { path in testing.map { $0[path] } }
    }

    private static func choices(of count: Int, from range: Range<Int>) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return range.flatMap { first in
            choices(of: count - 1, from: (first + 1)..<Swift.max(range.upperBound, first + 1)).map { [first] + $0 }
        }
    }
}
