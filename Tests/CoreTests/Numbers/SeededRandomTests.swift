import Core
import Testing

@Suite struct SeededRandomTests {
    /// The outputs of the authors' C program for the state 1, 2, 3, 4.
    @Test func xoshiroMatchesTheReferenceProgram() {
        var random = SeededRandom(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
            16_172_922_978_634_559_625, 8_476_171_486_693_032_832, 10_595_114_339_597_558_777,
            2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    /// The outputs of the authors' C program for the state 1234567.
    @Test func splitMixMatchesTheReferenceProgram() {
        var random = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func streamsOfOneSeedDiffer() {
        var first = SeededRandom(seed: 7, stream: "BTCUSDT/0")
        var second = SeededRandom(seed: 7, stream: "BTCUSDT/1")
        #expect(first.next() != second.next())
    }

    @Test(arguments: [1, 2, 3, 7, 10, 1000]) func belowStaysBelowAndReachesAll(bound: Int) {
        var random = SeededRandom(seed: 1)
        let drawn = Set((0..<(bound * 40)).map { _ in random.below(bound) })
        #expect(drawn.allSatisfy { (0..<bound).contains($0) })
        #expect(Double(drawn.count) > 0.99 * Double(bound))
    }

    @Test func unitIsInsideItsRangeWithTheRightMean() {
        var random = SeededRandom(seed: 3)
        let values = (0..<100_000).map { _ in random.unit() }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(values.reduce(0, +) / 100_000 - 0.5) < 0.005)
    }
}
