import Optimizer
import RealModule
import Testing

/// The published numbers of Sharpe statistics, and the wrong ones that must not come out.
struct SharpeStatisticsTests {
    static let paper = 1.585 / (12.0).squareRoot()

    @Test(
        arguments: [
            (paper, 0.0, 24, -2.448, 10.164, 0.91323430688486),
            (paper, 0, 24, 0, 3, 0.98159123608350),
            (0.10, 0, 252, 0, 3, 0.942986861),
            (0.10, 0.05, 252, -0.5, 5, 0.7791729759),
            (0.05, 0.05, 500, -1, 8, 0.5),
            (-0.02, 0, 1000, 0, 3, 0.2636686017),
        ] as [(Double, Double, Int, Double, Double, Double)])
    func probabilisticSharpeReproducesThePapersNumbers(
        sharpe: Double, benchmark: Double, count: Int, skewness: Double, kurtosis: Double, expected: Double
    ) throws {
        let estimate = SharpeEstimate(sharpe: sharpe, count: count, skewness: skewness, kurtosis: kurtosis)
        #expect(abs(try ProbabilisticSharpe.probability(estimate, benchmark: benchmark) - expected) < 1e-9)
    }

    @Test func theWholePipelineFromReturnsIsThePublishedVector() throws {
        let returns = [0.01, -0.02, 0.015, 0.003, -0.007, 0.02, -0.03, 0.012, 0.004, -0.001]
        let moments = try ReturnMoments(returns)
        #expect(abs(moments.sharpe - 0.0380285462) < 1e-9)
        #expect(abs(moments.skewness + 0.7510200645) < 1e-9)
        #expect(abs(moments.kurtosis - 2.5295954401) < 1e-9)
        #expect(abs(try ProbabilisticSharpe.probability(SharpeEstimate(moments)) - 0.5447707937) < 1e-9)
        let published = [0.259, 0.198, 0.364, -0.081, 0.057, 0.055, 0.188, 0.317, 0.24, 0.184, -0.01, 0.526]
        #expect(abs(try ReturnMoments(published.map { $0 - 0.05 }).sharpe - 0.834364) < 1e-6)
    }

    @Test func momentsThatCannotBeAreAnErrorAndNeverNaN() throws {
        let impossible = SharpeEstimate(sharpe: 1, count: 100, skewness: 5, kurtosis: 3)
        #expect(throws: StatisticsError.impossibleMoments) { try ProbabilisticSharpe.probability(impossible) }
        #expect(throws: StatisticsError.impossibleMoments) { try MinimumTrackRecord.observations(impossible) }
        #expect(throws: StatisticsError.noVariance) { try ReturnMoments([0.1, 0.1, 0.1]) }
        #expect(throws: StatisticsError.tooFewObservations(1, needed: 2)) { try ReturnMoments([0.1]) }
        #expect(throws: StatisticsError.self) { try ReturnMoments([0.1, .nan]) }
    }

    @Test func probabilityGrowsWithLengthAndFallsWithFatTails() throws {
        func probability(_ count: Int, _ skewness: Double, _ kurtosis: Double) throws -> Double {
            try ProbabilisticSharpe.probability(
                SharpeEstimate(sharpe: 0.1, count: count, skewness: skewness, kurtosis: kurtosis))
        }
        #expect(try probability(200, 0, 3) < probability(400, 0, 3))
        #expect(try probability(200, 0, 9) < probability(200, 0, 3))
        #expect(try probability(200, -1, 3) < probability(200, 0, 3))
    }

    @Test(
        arguments: [
            (2.0, 1.0, 250.0, 0.0, 3.0, 682.796950), (2, 1, 52, 0, 3, 147.099347), (2, 1, 12, 0, 3, 38.877608),
            (2, 1, 12, -0.72, 5.78, 59.895099), (3, 2.5, 12, -0.72, 5.78, 328.235042352),
        ] as [(Double, Double, Double, Double, Double, Double)])
    func minimumTrackRecordIsAsPublished(
        sharpe: Double, benchmark: Double, year: Double, skewness: Double, kurtosis: Double, expected: Double
    ) throws {
        let estimate = SharpeEstimate(
            sharpe: sharpe / year.squareRoot(), count: 0, skewness: skewness, kurtosis: kurtosis)
        let length = try MinimumTrackRecord.observations(estimate, benchmark: benchmark / year.squareRoot())
        #expect(abs((length ?? 0) / expected - 1) < 2e-8)
    }

    @Test func minimumTrackRecordInYearsIsExactToNineDigits() throws {
        for (year, expected) in [(250.0, 2.7311878017), (52, 2.8288335869), (12, 3.239800696)] {
            let estimate = SharpeEstimate(sharpe: 2 / year.squareRoot(), count: 0)
            let length = try MinimumTrackRecord.observations(estimate, benchmark: 1 / year.squareRoot())
            #expect(abs((length ?? 0) / year - expected) < 1e-9)
        }
        let fat = SharpeEstimate(sharpe: 2 / (12.0).squareRoot(), count: 0, skewness: -0.72, kurtosis: 5.78)
        let years = try MinimumTrackRecord.observations(fat, benchmark: 1 / (12.0).squareRoot())
        #expect(abs((years ?? 0) / 12 - 4.991258224) < 1e-9)
        let steep = SharpeEstimate(sharpe: 3 / (12.0).squareRoot(), count: 0, skewness: -0.72, kurtosis: 5.78)
        let longer = try MinimumTrackRecord.observations(steep, benchmark: 2.5 / (12.0).squareRoot())
        #expect(abs((longer ?? 0) / 12 - 27.3529201960) < 1e-9)
    }

    @Test func noLengthProvesARatioBelowItsBenchmark() throws {
        #expect(try MinimumTrackRecord.observations(SharpeEstimate(sharpe: -0.1, count: 100)) == nil)
        #expect(try MinimumTrackRecord.observations(SharpeEstimate(sharpe: 0.1, count: 9), benchmark: 0.1) == nil)
    }

    @Test(
        arguments: [
            (1.0, 0.0), (2, 0.519755), (5, 1.192594), (10, 1.574598), (45, 2.235640), (100, 2.5306028932),
            (1000, 3.255122),
        ] as [(Double, Double)])
    func expectedMaximumIsAsPublished(trials: Double, expected: Double) {
        #expect(abs(ExpectedMaximum.ofNormals(trials) - expected) < 1e-6)
        #expect(ExpectedMaximum.ofNormals(trials) <= (2 * Double.log(trials)).squareRoot())
    }

    @Test func expectedMaximumOfAHundredIsExactToNineDigits() {
        #expect(abs(ExpectedMaximum.ofNormals(100) - 2.5306028932) < 1e-9)
        #expect(ExpectedMaximum.ofNormals(0) == 0)
    }

    @Test func fiveYearsAllowAboutFortyFiveTrials() throws {
        #expect(abs(try #require(MinimumBacktestLength.years(trials: 45, sharpe: 1)) - 4.9980870044) < 1e-9)
        #expect(abs(ExpectedMaximum.ofNormals(45) / (5.0).squareRoot() - 0.9998) < 1e-4)
        #expect(MinimumBacktestLength.years(trials: 45, sharpe: 0) == nil)
    }

    @Test(
        arguments: [
            (100.0, -3.0, 10.0, 0.1131720019, 0.9003968344), (46, -3, 10, 0.1003623706, 0.9505017069),
            (47, -3, 10, 0.1007345615, 0.9494043748), (88, 0, 3, 0.1111457618, 0.9504908167),
            (89, 0, 3, 0.1113260784, 0.9498393714),
        ] as [(Double, Double, Double, Double, Double)])
    func deflatedSharpeReproducesThePaper(
        trials: Double, skewness: Double, kurtosis: Double, luck: Double, expected: Double
    ) throws {
        let estimate = SharpeEstimate(
            sharpe: 2.5 / (250.0).squareRoot(), count: 1250, skewness: skewness, kurtosis: kurtosis)
        #expect(abs(ExpectedMaximum.sharpe(trials: trials, variance: 0.5 / 250) - luck) < 1e-9)
        let found = try DeflatedSharpe.probability(estimate, trials: trials, variance: 0.5 / 250)
        #expect(abs(found - expected) < 1e-9)
    }

    @Test func theWellKnownMistakesDoNotComeOut() throws {
        let daily = 2.5 / (250.0).squareRoot()
        let right = SharpeEstimate(sharpe: daily, count: 1250, skewness: -3, kurtosis: 10)
        let found = try DeflatedSharpe.probability(right, trials: 100, variance: 0.5 / 250)
        // Excess kurtosis, a variance of one, and an annual ratio with an annual variance.
        let excess = SharpeEstimate(sharpe: daily, count: 1250, skewness: -3, kurtosis: 7)
        #expect(abs(try DeflatedSharpe.probability(excess, trials: 100, variance: 0.5 / 250) - 0.9017785664) < 1e-9)
        #expect(abs(found - 0.9017785664) > 1e-3)
        #expect(try DeflatedSharpe.probability(right, trials: 100, variance: 1) < 1e-9)
        let annual = SharpeEstimate(sharpe: 2.5, count: 1250, skewness: -3, kurtosis: 10)
        #expect(try DeflatedSharpe.probability(annual, trials: 100, variance: 0.5) > 0.999)
        // The moments of a series are never excess ones: the kurtosis of two equal halves is 1, not -2.
        #expect(try ReturnMoments([1.0, -1, 1, -1]).kurtosis == 1)
    }

    @Test(arguments: [(0.5, 50.5), (0.9, 10.9), (0, 100), (1, 1), (1.5, 1), (-0.2, 100)] as [(Double, Double)])
    func correlatedTrialsCountForFewer(correlation: Double, expected: Double) {
        #expect(abs(EffectiveTrials.count(trials: 100, correlation: correlation) - expected) < 1e-9)
    }

    @Test func theExpectedMaximumOfCorrelatedTrialsIsTheOraclesOne() {
        let trials = EffectiveTrials.count(trials: 100, correlation: 0.9)
        #expect(abs(ExpectedMaximum.ofNormals(trials) - 1.617682) < 1e-6)
        #expect(EffectiveTrials.count(trials: 100, correlation: .nan) == 100)
        #expect(EffectiveTrials.count(trials: 0, correlation: 0.5) == 0)
    }

    @Test func meanCorrelationEqualsTheMeanOverAllPairs() throws {
        let columns: [[Double]] = [[1, 2, 3, 4, 7], [2, 1, 4, 3, 5], [5, 5, 5, 5, 5], [-1, 0, 2, -4, 1]]
        let varying = try [columns[0], columns[1], columns[3]].map { try ReturnMoments($0) }
        let series = [columns[0], columns[1], columns[3]]
        var sum = 0.0
        for (left, right) in [(0, 1), (0, 2), (1, 2)] {
            let shared = zip(series[left], series[right]).reduce(0) {
                $0 + ($1.0 - varying[left].mean) * ($1.1 - varying[right].mean)
            }
            sum += shared / 4 / (varying[left].deviation * varying[right].deviation)
        }
        #expect(abs(try #require(EffectiveTrials.meanCorrelation(columns)) - sum / 3) < 1e-12)
        #expect(EffectiveTrials.meanCorrelation([[1, 1], [2, 2]]) == nil)
    }

    @Test func quantilesInvertTheNormalDistributionIntoItsFarTails() {
        for exponent in 1...250 {
            let tail = 0.4 / Double(sign: .plus, exponent: exponent, significand: 1)
            let x = NormalDistribution.upperQuantile(tail)
            #expect(abs(NormalDistribution.cumulative(-x) / tail - 1) < 1e-11)
        }
        #expect(abs(NormalDistribution.quantile(0.975) - 1.959963984540054) < 1e-14)
        #expect(NormalDistribution.quantile(0.5).magnitude < 1e-15)
        #expect(NormalDistribution.upperQuantile(0) == .infinity)
        #expect(NormalDistribution.quantile(0) == -.infinity)
        #expect(NormalDistribution.upperQuantile(1.1).isNaN)
    }

    @Test func efficiencyIsNotAvailableWhereFittingDidNotPay() {
        func ratio(_ inside: Double, _ outside: Double) -> Double? {
            WalkForwardEfficiency.ratio(
                inSample: inside, inSampleBars: 800, outOfSample: outside, outOfSampleBars: 400)
        }
        #expect(abs((ratio(0.30, 0.06) ?? 0) - 0.40) < 1e-12)
        #expect(ratio(-0.30, -0.06) == nil)
        #expect(ratio(0, 0.06) == nil)
        #expect((ratio(0.30, -0.06) ?? 0) < 0)
    }
}
