import Core
import Foundation
import Signals

/// A sweep as one HTML page that needs nothing else: no script, no font, no network.
struct SweepPage {
    private let sweep: Sweep

    init(_ sweep: Sweep) {
        self.sweep = sweep
    }

    var html: String {
        let names = sweep.assets.map(\.symbol.name).joined(separator: ", ")
        let costs = sweep.options.costs
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>AiTrade sweep: \(names.escaped)</title>
            <style>\(ReportStyle.css)</style></head><body>
            <h1>Sweep of two lines</h1>
            <p class="dim">\(sweep.program.escaped), \(sweep.interval) bars; fee \(costs.feeBps) bp and slippage
            \(costs.slippageBps) bp on every fill. All cash is held while the first line lies above the second, decided
            at a close and filled at the next open.</p>
            \(sweep.assets.map { SweepSection($0).html }.joined(separator: "\n"))
            <h2>How to read this</h2>
            <p>The pair is chosen on the first part alone and judged on the part held out. Whoever chooses by the second
            map has used that part up: its figures are then no evidence any more, and only bars to come can be. Every
            pair counts as a trial, for this and for every later search over these bars. docs/sweep.md and
            docs/statistics.md have every formula.</p>
            </body></html>

            """
    }
}

/// One asset's part of the page.
private struct SweepSection {
    private let result: SweepResult

    init(_ result: SweepResult) {
        self.result = result
    }

    var html: String {
        let verdict = result.judgement.verdict.rawValue
        return [
            "<h2>\(result.symbol.name.escaped) <span class=\"verdict \(verdict)\">\(verdict)</span></h2>",
            "<p><b>\(result.sentence.escaped)</b></p>", chance, tiles,
            "<h3>The part chosen on: no evidence</h3>", note(result.chosenOn), map(\.chosenOn, "chosen on"),
            curve(result.chosenOn, "Equity on the part chosen on"),
            "<h3>The part held out</h3>", note(result.heldOut), map(\.heldOut, "held out"),
            curve(result.heldOut, "Equity on the part held out"),
            "<h3>The best pairs of the first part</h3>", leaders,
            ReportJudgement.clauses(result.judgement),
            ReportJudgement.sentences(StatisticSentences(result.judgement, own: own).all),
        ].joined(separator: "\n")
    }

    private var own: TrialRecord {
        TrialRecord(
            evaluations: result.selection.trials, trials: result.selection.trials,
            effective: result.selection.effective, sharpeVariance: nil, bars: 0)
    }

    private var chance: String {
        let selection = result.selection
        return
            "<p>\(selection.trials) pairs were tried, worth \(ReportText.number(selection.effective, 1)) independent "
            + "ones. The best of so many reaches a Sharpe ratio of "
            + "\(ReportText.number(selection.expectedMaximum, 4)) per bar by luck alone; "
            + "on the part chosen on this one has \(ReportText.number(selection.sharpe, 4)). The "
            + "probability that it is better than luck, the deflated Sharpe ratio, is "
            + "\(ReportText.percent(selection.deflatedSharpe).replacingOccurrences(of: "+", with: "")).</p>"
    }

    private var tiles: String {
        let (held, pair) = (result.heldOut, result.best.pair)
        let tiles = [
            ("chosen pair", "\(pair.above) / \(pair.below)"), ("return, held out", ReportText.percent(held.netReturn)),
            ("buy and hold", ReportText.percent(held.buyAndHold)),
            ("max drawdown", ReportText.percent(-held.maxDrawdown)), ("trades", "\(held.trades)"),
            ("exposure", ReportText.number(held.exposure * 100, 0) + " %"),
            ("return, chosen on", ReportText.percent(result.chosenOn.netReturn)),
        ]
        return "<div class=\"tiles\">" + tiles.map { "<div>\($0.0)<b>\($0.1)</b></div>" }.joined() + "</div>"
    }

    private func note(_ part: SweepResult.Part) -> String {
        "<p class=\"dim\">\(ReportText.day(Double(part.first))) to \(ReportText.day(Double(part.last))), \(part.bars) "
            + "bars. Buy and hold \(ReportText.percent(part.buyAndHold)); the pair in the middle "
            + "\(ReportText.percent(part.median)); \(ReportText.number(part.beating * 100, 1)) % of the pairs did "
            + "better than holding.</p>"
    }

    /// Both maps of an asset have one scale, so that their colours can be compared.
    private func map(_ value: KeyPath<SweepResult.Outcome, Double>, _ name: String) -> String {
        let all = result.pairs.flatMap { [abs($0.chosenOn), abs($0.heldOut)] }
        let strongest = all.sorted()[(all.count - 1) * 98 / 100]
        var map = HeatMap(
            result.pairs.map { HeatMap.Cell(x: $0.pair.below, y: $0.pair.above, value: $0[keyPath: value]) },
            strongest: strongest)
        map.mark(x: result.best.pair.below, y: result.best.pair.above)
        let joined = map.isJoined ? " Each cell is the mean of neighbouring pairs." : ""
        return "<p class=\"dim\"><span class=\"key\" style=\"background:var(--up);margin-left:0\"></span>gain "
            + "<span class=\"key\" style=\"background:var(--down)\"></span>loss, full colour from "
            + "\(ReportText.number(strongest * 100, 0)) % on; the frame is the chosen pair.\(joined)</p>"
            + map.svg(
                "Return of every pair, \(name)", x: "below: \(result.below)", y: "above: \(result.above)",
                label: { ReportText.percent($0) })
    }

    private func curve(_ part: SweepResult.Part, _ title: String) -> String {
        guard let first = part.equity.first, let last = part.equity.last else { return "" }
        let values = part.equity.flatMap { [$0.rule - 1, $0.holding - 1] }
        var chart = Chart(
            x: Double(first.time)...Double(last.time), y: Chart.range(values, including: [0]))
        chart.line(part.equity.map { (Double($0.time), $0.holding - 1) }, "b")
        chart.line(part.equity.map { (Double($0.time), $0.rule - 1) }, "a")
        return
            "<p class=\"dim\"><span class=\"key\" style=\"background:var(--a);margin-left:0\"></span>the chosen pair, "
            + "costs paid <span class=\"key\" style=\"background:var(--b)\"></span>buy and hold, without costs</p>"
            + chart.svg(title, ticks: ReportText.days(part.equity.map(\.time))) { ReportText.percent($0, 0) }
    }

    private var leaders: String {
        ReportText.table(
            ["above", "below", "chosen on", "held out"],
            result.leaders(20).map {
                [
                    "\($0.pair.above)", "\($0.pair.below)", ReportText.percent($0.chosenOn),
                    ReportText.percent($0.heldOut),
                ]
            }, numbersFrom: 0)
    }
}
