import Core
import Engine
import Foundation
import Router
import Runner

/// Where to close when no ledger tells it: by the runner's last heartbeat, and by the settings.
struct EmergencyRoutes {
    /// The venues, each with the assets whose rules are wanted.
    let routes: [BrokerName: [Symbol]]
    /// Venues of the run that are left out, and why.
    let problems: [String]

    /// The venues that the run named in its last beat; without a beat, all that there are keys for. A spot market
    /// counts only where it is known what was traded there: coins that nobody traded are not sold.
    init(_ settings: Settings, _ beat: Heartbeat?) {
        let table = settings.assetRouting.flatMap { try? RoutingTable($0, known: Venues.names) }
        let held = (beat?.positions.keys.sorted() ?? []).compactMap { Symbol($0) }
        let symbols = Set((table?.symbols ?? []) + held)
        let named = (beat?.brokers.keys.sorted() ?? []).map { BrokerName($0) }
        let candidates = named.isEmpty ? [Venues.futures, Venues.spot, Venues.shares] : named
        var (routes, problems): ([BrokerName: [Symbol]], [String]) = ([:], [])
        for name in candidates where Venues.names.contains(name) {
            guard Venues.hasKeys(name, settings.venues) else {
                if !named.isEmpty { problems.append("\(name): no keys are set, nothing was closed there") }
                continue
            }
            var own = symbols.filter { symbol in
                (try? table?.broker(for: symbol)) ?? settings.universe.broker(of: symbol) == name
            }
            // A run on one venue alone holds there whatever it holds.
            if named == [name] { own.formUnion(held) }
            if own.isEmpty, name == Venues.spot { continue }
            routes[name] = own.isEmpty ? [Symbol(Venues.example(name.text))].compactMap { $0 } : own.sorted()
        }
        (self.routes, self.problems) = (routes, problems)
    }

    /// Whether the run may have held anything at a venue. Without a beat the settings say what would have run.
    static func isLive(_ settings: Settings, _ beat: Heartbeat?) -> Bool {
        guard let beat else { return settings.executionMode == .live && settings.allowLive }
        return beat.mode == ExecutionMode.live.rawValue
    }
}

/// The names of closing orders where only the settings are known, those of `aitrade flatten`: they change with the
/// hour, so that a second attempt finds the orders of the first.
enum HourlyIdentity {
    /// The hour that holds `moment`.
    static func hour(_ moment: Timestamp) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds / 3_600_000 * 3_600_000)
    }

    /// The name of a closing order.
    static func name(
        _ broker: BrokerName, account: String, _ symbol: Symbol, _ leg: Int, at moment: Timestamp
    ) -> ClientOrderID {
        .derived(
            artifact: "flatten-\(broker)", account: account, symbol: symbol, time: hour(moment), leg: leg,
            purpose: .flatten)
    }
}
