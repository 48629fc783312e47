import Core
import Foundation
import Signals

/// One asset's part of the page.
struct ReportSection {
    private let asset: AssetReport
    private let charts: ReportCharts
    /// Whether the genomes were fitted on other assets only.
    private let crossAsset: Bool

    init(_ asset: AssetReport, crossAsset: Bool) {
        (self.asset, self.crossAsset) = (asset, crossAsset)
        charts = ReportCharts(asset)
    }

    var html: String {
        [
            head, tiles,
            """
            <h3>Out-of-sample equity</h3>
            <p class="dim"><span class="key" style="background:var(--a);margin-left:0"></span>strategy, costs paid
            <span class="key" style="background:var(--b)"></span>buy and hold, without costs</p>
            """, charts.equity, "<h3>Out-of-sample drawdown</h3>", charts.drawdown,
            asset.judgement.map { ReportJudgement.clauses($0) } ?? "", ReportJudgement.sentences(asset.sentences),
            ReportValidation(validation: asset.crossValidation, note: asset.validationNote).html,
            "<h3>Trades on price</h3>", tradesNote, charts.trades, "<h3>Monthly returns, out-of-sample</h3>", months,
            "<h3>Costs</h3><p class=\"dim\">The same rows at other fees; slippage stays.</p>", costs,
            "<h3>Folds</h3>", folds,
            "<h3>Genome stability</h3><p class=\"dim\">Each gene over the folds, from the lowest (pale) to the highest "
                + "value it took; a gene that is found again and again matters more than one that wanders.</p>",
            genomes,
            inSampleHeading, charts.inSample, history,
            "<h3>Sensitivity of the production genome</h3><p class=\"dim\">The annualised Sharpe ratio on its train "
                + "window when one gene moves and the rest stays; the dot is the chosen value. A lonely peak is luck, "
                + "a plateau is not.</p>",
            charts.sensitivity,
        ].joined(separator: "\n")
    }

    private var inSampleHeading: String {
        crossAsset
            ? "<h3>Own train window, not fitted on: no evidence</h3><p class=\"dim\">What each fold's genome earned on "
                + "this asset's bars of the moments at which it was chosen on the other assets' bars, each from zero, "
                + "over the share of the train window.</p>"
            : "<h3>In-sample, fitted: no evidence</h3><p class=\"dim\">What each fold's genome earned on the very bars "
                + "it was chosen on, each from zero, over the share of its train window.</p>"
    }

    private var head: String {
        let verdict = asset.judgement?.verdict ?? .fail
        let headline = asset.judgement.map { StatisticSentences($0).headline } ?? "Nobody has judged these rows."
        return "<h2 id=\"\(asset.symbol.name.escaped)\">\(asset.symbol.name.escaped) "
            + "<span class=\"verdict \(verdict.rawValue)\">\(verdict.rawValue)</span></h2><p>\(headline.escaped)</p>"
    }

    private var tiles: String {
        let figures = asset.statistics
        let tiles = [
            ("return", ReportText.percent(figures.netReturn)), ("buy and hold", ReportText.percent(figures.buyAndHold)),
            ("Sharpe, annual", ReportText.number(figures.sharpe)),
            ("max drawdown", ReportText.percent(-figures.maxDrawdown)), ("trades", "\(figures.trades)"),
            ("win rate", figures.winRate.map { ReportText.number($0 * 100, 1) + " %" } ?? "n/a"),
            ("profit factor", ReportText.number(figures.profitFactor)),
            ("exposure", ReportText.number(figures.exposure * 100, 0) + " %"),
            ("fees", ReportText.percent(-figures.fees)),
        ]
        return "<div class=\"tiles\">"
            + tiles.map { "<div>\($0.0)<b>\($0.1)</b></div>" }.joined() + "</div>"
    }

    private var tradesNote: String {
        let shown = min(asset.trades.count, ReportCharts.shownTrades)
        return
            "<p class=\"dim\">The last \(shown) of \(asset.trades.count) trades; green earned, red lost; upwards is a "
            + "long entry, downwards a short one.</p>"
    }

    private var months: String {
        let years = Array(Set(asset.months.map(\.year))).sorted()
        let rows = years.map { year in
            let cells = (1...12).map { month in
                asset.months.first { $0.year == year && $0.month == month }.map { heat($0.profit) } ?? "<td></td>"
            }
            let sum = asset.months.filter { $0.year == year }.reduce(0) { $0 + $1.profit }
            return "<tr><td>\(year)</td>\(cells.joined())<td class=\"n\">\(ReportText.percent(sum))</td></tr>"
        }
        let names = (1...12).map { "<th style=\"text-align:center\">\($0)</th>" }.joined()
        return "<div class=\"wide\"><table><tr><th></th>\(names)<th class=\"n\">year</th></tr>"
            + rows.joined(separator: "\n") + "</table></div>"
    }

    private func heat(_ profit: Double) -> String {
        let most = asset.months.map { abs($0.profit) }.max() ?? 1
        let share = most > 0 ? Int((abs(profit) / most * 60).rounded()) : 0
        let colour = profit < 0 ? "--down" : "--up"
        return "<td class=\"h\" style=\"background:color-mix(in srgb,var(\(colour)) \(share)%,transparent)\">"
            + "\(String(format: "%+.1f", profit * 100))</td>"
    }

    private var costs: String {
        ReportText.table(
            ["fees", "return", "Sharpe", "max drawdown", "fees paid"],
            asset.costCases.map { item in
                let figures = item.statistics
                return [
                    "x \(ReportText.number(item.factor, 1))", ReportText.percent(figures.netReturn),
                    ReportText.number(figures.sharpe), ReportText.percent(-figures.maxDrawdown),
                    ReportText.percent(-figures.fees),
                ]
            })
    }

    private var folds: String {
        ReportText.table(
            [
                "fold", "traded from", "to", "trades", "return", "buy and hold", "Sharpe", "drawdown",
                crossAsset ? "own train return" : "fitted return",
                crossAsset ? "own train Sharpe" : "fitted Sharpe",
            ],
            asset.folds.map { fold in
                let (after, before) = (fold.outOfSample, fold.inSample)
                return [
                    "\(fold.index)\(fold.tail ? " (tail)" : "")", ReportText.day(Double(fold.trade.first)),
                    ReportText.day(Double(fold.trade.last)), "\(after.trades)", ReportText.percent(after.netReturn),
                    ReportText.percent(after.buyAndHold), ReportText.number(after.sharpe),
                    ReportText.percent(-after.maxDrawdown),
                    "<span class=\"dim\">\(ReportText.percent(before.netReturn))</span>",
                    "<span class=\"dim\">\(ReportText.number(before.sharpe))</span>",
                ]
            }, numbersFrom: 3)
    }

    private var genomes: String {
        let names = asset.sensitivity.map(\.gene)
        let rows = names.map { name -> String in
            let values = asset.folds.map { $0.genome[name] ?? .nan }
            let (low, high) = (values.min() ?? 0, values.max() ?? 0)
            let cells = values.map { value -> String in
                let share = high > low ? Int(((value - low) / (high - low) * 70).rounded()) : 0
                return "<td style=\"background:color-mix(in srgb,var(--a) \(share)%,transparent)\" "
                    + "title=\"\(value)\"></td>"
            }
            return "<tr><td style=\"white-space:nowrap\">\(name.escaped)</td>\(cells.joined())"
                + "<td class=\"n\">\(ReportText.number(low, 1)) to \(ReportText.number(high, 1))</td></tr>"
        }
        return "<div class=\"wide\"><table>\(rows.joined(separator: "\n"))</table></div>"
    }

    private var history: String {
        guard !asset.history.isEmpty else { return "" }
        return "<h3>Best fitness by generation</h3><p class=\"dim\">One line a fold; the strong one is their median."
            + "</p>" + charts.history
    }
}
