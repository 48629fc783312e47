import Signals

/// The cross-validation of one asset on the page.
struct ReportValidation {
    let validation: AssetReport.CrossValidation?
    let note: String?

    var html: String {
        guard let validation else {
            return "<h3>Cross-validation</h3><p class=\"dim\">\((note ?? "").escaped)</p>"
        }
        let rows =
            validation.folds.enumerated().map { row("k-fold \($0.offset + 1)", $0.element) }
            + validation.paths.enumerated().map { row("path \($0.offset + 1)", $0.element) }
        return """
            <h3>Cross-validation</h3>
            <p>\(validation.meaning.escaped)</p>
            <p class="dim">\(validation.horizon) bars on either side of a tested stretch are purged, then
            \(validation.embargo) behind it embargoed. Unlike the walk-forward rows these genomes were also searched on
            later bars: it is a test of the search, not a record of trading.</p>
            """
                + ReportText.table(
                    ["test", "from", "to", "searched on", "trades", "return", "Sharpe", "drawdown"], rows,
                    numbersFrom: 3)
    }

    private func row(_ name: String, _ test: AssetReport.CrossValidation.Test) -> [String] {
        [
            name, ReportText.day(Double(test.first)), ReportText.day(Double(test.last)),
            test.trained.map { "\($0) bars" } ?? "", "\(test.trades)", ReportText.percent(test.profit),
            ReportText.number(test.sharpe), ReportText.percent(-test.maxDrawdown),
        ]
    }
}
