import Core
import Engine
import Foundation
import Runner

extension StatusCommand {
    /// What the limits say, from runner_state.json; nil when it cannot be read.
    static func risk(in folder: URL) -> RiskProjection? {
        struct Form: Decodable { let risk: RiskProjection }
        return (try? Data(contentsOf: folder.appending(path: "runner_state.json")))
            .flatMap { try? JSONDecoder().decode(Form.self, from: $0) }?.risk
    }

    static func show(_ residual: Residual, of symbol: String) {
        let worth = residual.worth.map { "worth \(Output.number($0.double)) \(residual.currency)" } ?? "worth unknown"
        let until = residual.opensAt.map { ", planned for \(Output.time($0))" } ?? ""
        print("  residual    \(symbol) \(residual.quantity), \(worth); the close waits for the opening\(until)")
    }

    /// What the runner is doing; one that is gone without having said so has died.
    static func state(_ beat: Heartbeat, _ runner: Int32?) -> String {
        guard runner == nil else { return beat.state.rawValue }
        switch beat.state {
        case .starting, .running, .flattening:
            return beat.positions.isEmpty
                ? "DIED while \(beat.state.rawValue)" : "DIED while \(beat.state.rawValue) WITH POSITIONS OPEN"
        case .halted, .stopped, .finished, .failed: return "not running, last said \(beat.state.rawValue)"
        }
    }

    static func show(_ risk: RiskProjection, _ flag: String) {
        for cause in risk.restrictions {
            print("  stopped     \(cause.summary) on \(Output.time(cause.since)): \(cause.sentence)")
            print("              aitrade release --by NAME --rule \(cause.rule.rawValue) --reason TEXT\(flag)")
        }
        let limit = risk.ordersPerDay.map { " of \($0)" } ?? ""
        print("  today       \(risk.ordersToday)\(limit) opening orders, \(risk.lossStreak) losses in a row")
        for money in risk.money {
            let below = money.peakEquity - money.equity
            let share = money.peakEquity > .zero ? below.double / money.peakEquity.double * 100 : 0
            print(
                "  \(money.currency.code.padding(toLength: 11, withPad: " ", startingAt: 0)) "
                    + "equity \(Output.number(money.equity.double)), \(Output.number(share)) % below its peak, "
                    + "\(money.lossToday > .zero ? "lost" : "gained") today "
                    + "\(Output.number(money.lossToday.magnitude.double)), "
                    + "turnover today \(Output.number(money.turnoverToday.double))")
        }
        if !risk.refused.isEmpty { print("  refused     \(RefusedText.line(risk.refused))") }
        if !risk.unsetLimits.isEmpty {
            print("  limits      nobody set \(risk.unsetLimits.joined(separator: ", "))")
        }
    }
}
