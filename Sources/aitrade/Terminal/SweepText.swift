import Core
import Signals

/// A sweep on the terminal.
enum SweepText {
    /// What is going to be tried.
    static func announce(_ study: SweepStudy) {
        let (grid, bars) = (study.grid, study.bars)
        print(
            "Sweeping \(grid.pairs.count) pairs, \(grid.above) over \(grid.below), on \(bars.symbol): choosing on "
                + "\(study.chosenOn.count) bars of \(bars.interval), \(study.heldOut.count) held out.")
        Output.flush()
    }

    /// The closing table, and whether anything of it is left.
    static func show(_ study: SweepStudy, _ result: SweepResult, top: Int) {
        let (chosen, held) = (result.chosenOn, result.heldOut)
        print("\n\(result.symbol): the best pairs from \(span(chosen)), and the same from \(span(held)):")
        let rows = result.leaders(top).map { outcome in
            [
                "\(name(study.grid.above, outcome.pair.above)) over \(name(study.grid.below, outcome.pair.below))",
                Output.percent(outcome.chosenOn), Output.percent(outcome.heldOut),
            ]
        }
        Output.table(
            ["pair", "chosen on", "held out"],
            rows + [
                ["buy and hold", Output.percent(chosen.buyAndHold), Output.percent(held.buyAndHold)],
                ["the pair in the middle", Output.percent(chosen.median), Output.percent(held.median)],
                ["pairs better than holding", share(chosen.beating), share(held.beating)],
            ])
        let (selection, judgement) = (result.selection, result.judgement)
        print(
            "\n  trials     \(selection.trials) pairs, worth \(Output.number(selection.effective, 1)) independent ones;"
                + " \(judgement.trials.trials) trials (\(Output.number(judgement.trials.effective, 1))) known here")
        print(
            "  luck       the best of so many reaches a Sharpe ratio of \(number(selection.expectedMaximum)) per bar "
                + "by luck; this one has \(number(selection.sharpe)), deflated: \(chance(selection.deflatedSharpe))")
        print(
            "  held out   Sharpe ratio \(number(held.sharpe)) per bar, drawdown "
                + "\(Output.number(held.maxDrawdown * 100)) %, \(held.trades) trades, deflated: "
                + chance(judgement.evidence.deflatedSharpe(judgement.trials)))
        let missing = judgement.clauses.filter { !$0.holds }.map(\.name)
        print(
            "  gate       \(judgement.verdict.rawValue) ("
                + (missing.isEmpty ? "every clause holds" : "misses \(missing.joined(separator: ", "))") + ")")
        print("  \(result.sentence)")
    }

    /// A line's name with its period.
    static func name(_ side: SweepSide, _ period: Int) -> String {
        side.kind == .close ? "close" : "\(side.kind.rawValue) \(period)"
    }

    private static func span(_ part: SweepResult.Part) -> String {
        func day(_ milliseconds: Int64) -> String { Output.time(Timestamp(milliseconds: milliseconds)) }
        return "\(day(part.first)) to \(day(part.last))"
    }

    private static func share(_ value: Double) -> String { "\(Output.number(value * 100, 1)) %" }
    private static func number(_ value: Double?) -> String { value.map { Output.number($0, 4) } ?? "n/a" }
    private static func chance(_ value: Double?) -> String { value.map(share) ?? "n/a" }
}
