import Signals
import Testing

/// How a side of a rule is written.
@Suite struct SweepSideTests {
    @Test func rangesListsAndTheCloseRead() throws {
        #expect(try SweepSide("ema:4..10:3").periods == [4, 7, 10])
        #expect(try SweepSide("sma:4..6").periods == [4, 5, 6])
        #expect(try SweepSide("VWAP:50,20,20").periods == [20, 50])
        #expect(try SweepSide("ema:21").periods == [21])
        #expect(try SweepSide("close").kind == .close)
    }

    @Test(arguments: [
        "", "rsi:14", "ema", "ema:", "ema:x", "ema:0..5", "ema:9..4", "ema:4..9:0", "ema:4..9:x", "ema:4,9:2",
        "close:5",
        "ema:1..10001", "ema:4..5:1:1", "ema:-3", "ema:1..9000", "ema:4...9",
        "ema:99999999999999999999", "sma:3,,5",
    ])
    func whatIsNoSideIsRefused(text: String) {
        #expect(throws: SweepError.self) { try SweepSide(text) }
    }

    @Test func ofOneKindOnlyTheFasterFirstIsAPair() throws {
        let grid = try RuleGrid(above: SweepSide("ema:5,10"), below: SweepSide("ema:5,10,20"))
        #expect(grid.pairs.map { [$0.above, $0.below] } == [[5, 10], [5, 20], [10, 20]])
        let mixed = try RuleGrid(above: SweepSide("close"), below: SweepSide("sma:5,10"))
        #expect(mixed.pairs.map { [$0.above, $0.below] } == [[1, 5], [1, 10]])
        #expect(throws: SweepError.self) { try RuleGrid(above: SweepSide("ema:50"), below: SweepSide("ema:20")) }
        #expect(throws: SweepError.self) {
            try RuleGrid(above: SweepSide("ema:1..600"), below: SweepSide("sma:1..600"))
        }
    }
}
