import Core
public import Engine

/// What happens in a backtest besides venues and signals.
public struct BacktestWorld: Sendable {
    private let readings: [RegimeReading]
    private let operatorName: String?

    /// A world in which nothing happens unless it is given.
    ///
    /// - Parameters:
    ///   - regime: Readings, each told when its moment has come.
    ///   - releasedDailyBy: The name of an operator who releases whatever restricts trading when a day begins.
    public init(regime: [RegimeReading] = [], releasedDailyBy operatorName: String? = nil) {
        readings = regime.sorted { $0.at < $1.at }
        self.operatorName = operatorName
    }

    /// Whether nothing ever happens.
    var isEmpty: Bool { readings.isEmpty && operatorName == nil }

    /// What is due at `now`.
    func due(_ engine: Engine, at now: Timestamp) -> [EngineEvent] {
        var events: [EngineEvent] = []
        if let newest = readings.last(where: { $0.at <= now }), newest != engine.risk.regime {
            events.append(.regime(newest))
        }
        if let operatorName, let release = DailyOperator.release(engine, by: operatorName, at: now) {
            events.append(release)
        }
        return events
    }
}
