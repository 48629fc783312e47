public import Core

/// An operator who looks once a day, for backtests: what restricts trading is released when a new UTC day begins.
public enum DailyOperator {
    /// The release that is due at `now`; nil while nothing restricts, or it began today.
    public static func release(_ engine: Engine, by name: String, at now: Timestamp) -> EngineEvent? {
        guard !engine.kill.isEngaged, let last = engine.risk.trading.restrictions.last else { return nil }
        let day: Int64 = 86_400_000
        guard last.since.milliseconds / day < now.milliseconds / day else { return nil }
        return .operated(.release(rule: nil, by: name, reason: "released at the beginning of the next day"))
    }
}
