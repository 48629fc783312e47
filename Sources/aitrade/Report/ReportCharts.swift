import Foundation
import Signals

/// The charts of one asset.
struct ReportCharts {
    static let shownTrades = 250

    private let asset: AssetReport

    init(_ asset: AssetReport) {
        self.asset = asset
    }

    private func points(_ curve: AssetReport.Curve) -> [Chart.Point] {
        zip(curve.times, curve.values).map { (Double($0), $1) }
    }

    private func span(_ curve: AssetReport.Curve) -> ClosedRange<Double> {
        Double(curve.times.first ?? 0)...Double(max(curve.times.last ?? 1, curve.times.first ?? 0))
    }

    private static func share(_ value: Double) -> String { String(format: "%.0f %%", value * 100) }

    var equity: String {
        var chart = Chart(
            height: 300, x: span(asset.equity),
            y: Chart.range(asset.equity.values + asset.buyAndHold.values, including: [0]))
        chart.line(points(asset.buyAndHold), "b")
        chart.line(points(asset.equity), "a")
        return chart.svg(
            "Out-of-sample equity", ticks: ReportText.days(asset.equity.times), label: Self.label(asset.equity))
    }

    /// Percent with as many digits as the curve needs.
    private static func label(_ curve: AssetReport.Curve) -> (Double) -> String {
        let width = (curve.values.max() ?? 0) - (curve.values.min() ?? 0)
        return { String(format: width < 0.05 ? "%.1f %%" : "%.0f %%", $0 * 100) }
    }

    var drawdown: String {
        var chart = Chart(
            height: 150, x: span(asset.drawdown), y: Chart.range(asset.drawdown.values, including: [0]))
        chart.area(points(asset.drawdown), "fall")
        return chart.svg(
            "Drawdown", ticks: ReportText.days(asset.drawdown.times), label: Self.label(asset.drawdown))
    }

    var trades: String {
        let shown = asset.trades.suffix(Self.shownTrades)
        let start = shown.first?.entered ?? asset.price.times.first ?? 0
        let price = zip(asset.price.times, asset.price.values).filter { $0.0 >= start }
        guard let first = price.first, let last = price.last else { return "" }
        var chart = Chart(
            height: 320, x: Double(first.0)...Double(last.0),
            y: Chart.range(price.map(\.1), including: shown.flatMap { [$0.entryPrice, $0.exitPrice] }))
        chart.line(price.map { (Double($0.0), $0.1) }, "p")
        for trade in shown {
            let style = trade.profit > 0 ? "up" : "down"
            chart.line(
                [(Double(trade.entered), trade.entryPrice), (Double(trade.left), trade.exitPrice)], "t")
            let note =
                "\(trade.long ? "long" : "short") \(ReportText.day(Double(trade.entered))), "
                + "\(ReportText.percent(trade.profit, 2)), left by \(trade.reason.rawValue)"
            chart.mark((Double(trade.entered), trade.entryPrice), isUp: trade.long, style, title: note)
        }
        let digits = last.1 >= 1000 ? 0 : (last.1 >= 1 ? 2 : 5)
        return chart.svg("Trades on price", ticks: ReportText.days(price.map(\.0))) {
            String(format: "%.\(digits)f", $0)
        }
    }

    var inSample: String {
        let curves = asset.folds.map(\.inSampleCurve)
        var chart = Chart(x: 0...1, y: Chart.range(curves.flatMap { $0 }, including: [0]))
        for curve in curves {
            let last = Double(max(curve.count - 1, 1))
            chart.line(curve.enumerated().map { (Double($0) / last, $1) }, "t")
        }
        return chart.svg(
            "In-sample equity of each fold", ticks: [(0, "start of training"), (1, "end of training")],
            label: Self.share)
    }

    var history: String {
        let lines = asset.history.map { history in
            history.best.enumerated().compactMap { index, best -> Chart.Point? in
                best.map { (Double(index + 1), $0) }
            }
        }
        let longest = asset.history.map(\.best.count).max() ?? 1
        let medians = (0..<longest).compactMap { generation -> Chart.Point? in
            let values = asset.history.compactMap { $0.best.count > generation ? $0.best[generation] : nil }.sorted()
            return values.isEmpty ? nil : (Double(generation + 1), values[values.count / 2])
        }
        var chart = Chart(x: 1...Double(max(longest, 2)), y: Chart.range(lines.flatMap { $0.map(\.y) }))
        for line in lines { chart.line(line, "t") }
        chart.line(medians, "a")
        let ticks = Chart.steps(1...Double(max(longest, 2)), 8).filter { $0 == $0.rounded() }
        return chart.svg("Best fitness by generation", ticks: ticks.map { ($0, String(format: "%.0f", $0)) }) {
            ReportText.number($0, 1)
        }
    }

    /// One small chart a gene.
    var sensitivity: String {
        let all = asset.sensitivity.flatMap { $0.points.map(\.sharpe) }
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        let figures = asset.sensitivity.map { gene in
            "<figure>\(Self.spark(gene, low: low, high: high))<figcaption>\(gene.gene.escaped) = "
                + "\(ReportText.number(gene.chosen, 2))</figcaption></figure>"
        }
        return "<p class=\"dim\">All on one scale, Sharpe \(ReportText.number(low, 1)) to "
            + "\(ReportText.number(high, 1)).</p><div class=\"small\">\(figures.joined())</div>"
    }

    private static func spark(_ gene: AssetReport.Sensitivity, low: Double, high: Double) -> String {
        let (wide, tall) = (140.0, 56.0)
        let places = gene.points.enumerated().map { index, point in
            let x = 6 + (wide - 12) * Double(index) / Double(max(gene.points.count - 1, 1))
            let y = tall - 6 - (tall - 12) * (high > low ? (point.sharpe - low) / (high - low) : 0.5)
            return (x: x, y: y, point: point)
        }
        let line = places.enumerated().map { index, place in
            String(format: "%@%.1f %.1f", index == 0 ? "M" : "L", place.x, place.y)
        }.joined()
        let dots = places.map { place in
            let isChosen = place.point.value == gene.chosen
            return String(
                format: "<circle class=\"f %@\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>%@</title></circle>",
                isChosen ? "a" : "b", place.x, place.y, isChosen ? 4 : 2,
                "\(ReportText.number(place.point.value)): \(ReportText.number(place.point.sharpe))")
        }
        return "<svg viewBox=\"0 0 \(wide) \(tall)\"><title>\(gene.gene.escaped)</title>"
            + "<path class=\"l b\" d=\"\(line)\"/>\(dots.joined())</svg>"
    }
}
