import Core
import Engine
import Runner

/// What the limits did to a run: how many entries each rule refused, and what stopped trading.
struct RiskReport: Encodable {
    let refused: [RiskProjection.Count]
    let restrictions: [TradingRestriction]
    /// When trading stopped for good; nil when it did not.
    var stoppedAt: Timestamp? { restrictions.map(\.since).min() }

    init(_ engine: Engine) {
        refused = RiskProjection.counts(engine.risk)
        restrictions = engine.risk.trading.restrictions
    }

    func print() {
        if !refused.isEmpty { Swift.print("  refused    \(RefusedText.line(refused))") }
        for cause in restrictions {
            Swift.print("  stopped    \(cause.summary) on \(Output.time(cause.since)) UTC: \(cause.sentence)")
        }
        if !restrictions.isEmpty {
            Swift.print("             nothing opened after it; `--release daily` has an operator release it every day")
        }
    }
}
