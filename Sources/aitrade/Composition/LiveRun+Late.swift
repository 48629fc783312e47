import Brokers
import Core
import Engine
import Logging
import Runner
import Signals

/// Venues that did not answer when the run began.
extension LiveRun {
    /// How long a venue may take to tell news before the run begins without; nil when nothing could be traded then.
    func patience(with seat: LiveVenues.Seat, _ known: EngineConfiguration?) -> Duration? {
        if LiveVenues.knows(seat, known) { return LiveVenues.patience }
        return venues.seats.count > 1 ? LiveVenues.firstPatience : nil
    }

    /// Waits for every silent venue on its own, and lets it take part as soon as it answers.
    func welcome(
        _ reception: Reception, _ history: LiveHistory, _ brokers: LiveVenues.Brokers, into loop: VenueLoop
    ) {
        let log = Logger(label: "venues")
        for seat in venues.seats where reception.silent[seat.name] != nil {
            let isAwaited = !reception.unknown(seat).isEmpty
            venues.late.add(
                Task {
                    // Its rules are told first: what comes before them would be lost.
                    if isAwaited {
                        await LiveVenues.untilDone(seat.name, log) {
                            let rules = try await seat.venue.instruments(seat.symbols)
                            await brokers.learn(seat.name, rules)
                            let capabilities = brokers.capabilities[seat.name] ?? seat.venue.capabilities
                            loop.join(seat.name, assets(rules, at: seat, capabilities))
                        }
                    }
                    await LiveVenues.untilDone(seat.name, log) {
                        let newest = try await history.catchUp(seat)
                        try await seat.venue.start(
                            venues.watch(seat, interval: file.artifact.origin.interval, after: newest))
                    }
                    for end in history.signals.ends where seat.symbols.contains(end.symbol) {
                        log.warning(
                            "an asset gets no new signals",
                            metadata: ["symbol": "\(end.symbol)", "reason": "\(end.reason)"])
                    }
                })
        }
    }

    /// The assets of a venue whose rules are known, as the engine is told of them.
    func assets(
        _ rules: [Instrument], at seat: LiveVenues.Seat, _ capabilities: BrokerCapabilities
    ) -> [AssetConfiguration] {
        rules.filter { seat.symbols.contains($0.symbol) }.map {
            AssetConfiguration(
                instrument: $0, broker: seat.name, capabilities: capabilities,
                budget: settings.budget.amount(in: $0.quote))
        }
    }
}
