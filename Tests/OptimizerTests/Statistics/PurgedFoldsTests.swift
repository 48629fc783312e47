import Optimizer
import Testing

/// Splits that keep what was tested out of what was trained on.
struct PurgedFoldsTests {
    @Test func theOracleOfTwentySamplesComesOut() throws {
        let folds = try PurgedFolds(samples: 20, count: 5, horizon: 2, embargo: 1).folds
        #expect(folds.map(\.test) == (0..<5).map { Array(($0 * 4)..<($0 * 4 + 4)) })
        #expect(folds[0].train == Array(7...19))
        #expect(folds[1].train == [0, 1] + Array(11...19))
        #expect(folds[2].train == Array(0...5) + Array(15...19))
        #expect(folds[3].train == Array(0...9) + [19])
        #expect(folds[4].train == Array(0...13))
    }

    @Test func noTrainingLabelEverMeetsATestLabel() throws {
        for samples in 4...24 {
            for (count, horizon, embargo) in [(2, 0, 0), (3, 1, 2), (4, 3, 0)] {
                let folds = try PurgedFolds(samples: samples, count: count, horizon: horizon, embargo: embargo).folds
                #expect(folds.flatMap(\.test) == Array(0..<samples))
                for fold in folds {
                    for sample in fold.train {
                        let meets = fold.test.contains { abs($0 - sample) <= horizon }
                        #expect(!meets)
                    }
                }
            }
        }
    }

    @Test(arguments: [(6, 2, 15, 5), (5, 2, 10, 4), (4, 2, 6, 3), (10, 2, 45, 9)])
    func splitsAndPathsAreAsManyAsTheyMustBe(groups: Int, tested: Int, splits: Int, paths: Int) throws {
        let plan = try CombinatorialPurged(samples: 60, groups: groups, tested: tested)
        #expect(plan.splits.count == splits)
        #expect(plan.paths.count == paths)
        // Each path tests every group once, and no split's group is used by two paths.
        for path in plan.paths {
            for (group, split) in path.enumerated() { #expect(plan.splits[split].groups.contains(group)) }
        }
        for group in 0..<groups { #expect(Set(plan.paths.map { $0[group] }).count == paths) }
    }

    @Test func theSecondPathIsThePublishedOne() throws {
        let plan = try CombinatorialPurged(samples: 60, groups: 6, tested: 2)
        #expect(plan.paths[1].map { $0 + 1 } == [2, 6, 6, 7, 8, 9])
    }

    @Test func trainingIsPurgedAroundEveryTestedGroup() throws {
        let plan = try CombinatorialPurged(samples: 20, groups: 5, tested: 2, horizon: 2, embargo: 1)
        let split = try #require(plan.splits.first { $0.groups == [1, 3] })
        #expect(split.test == Array(4...7) + Array(12...15))
        #expect(split.train == [0, 1, 19])
        #expect(throws: StatisticsError.self) { try CombinatorialPurged(samples: 20, groups: 5, tested: 5) }
        #expect(throws: StatisticsError.self) { try PurgedFolds(samples: 3, count: 5) }
    }
}
