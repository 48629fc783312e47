import Brokers
import Core
import Engine
import Logging
import Runner
import Signals

/// Venues that did not answer when the run began.
extension LiveRun {
    /// How long a venue may take to tell news before the run begins without; nil when nothing could be traded then. One
    /// that nobody has traded at has all the time there is: what it finds wrong is a reason not to start.
    func patience(with seat: LiveVenues.Seat, _ terms: StartTerms) -> Duration? {
        if LiveVenues.knows(seat, terms.known) { return terms.left(of: LiveVenues.patience) }
        return venues.seats.count > 1 ? LiveVenues.firstPatience : nil
    }

    /// How long a venue may take to tell its bars. In universal mode bars that come later than others decide nothing
    /// any more, so there nobody is hurried.
    func patienceForBars(_ terms: StartTerms) -> Duration {
        let isKnown = venues.seats.allSatisfy { LiveVenues.knows($0, terms.known) }
        return isKnown && file.artifact.origin.mode != .universal
            ? terms.left(of: LiveVenues.patience) : LiveVenues.firstPatience
    }

    /// Tells people which venues refuse this program, and ends a run that no venue is left for.
    func heedRefusals(_ loop: VenueLoop, _ alerts: AlertQueue?) -> Task<Void, Never> {
        Task {
            let log = Logger(label: "venues")
            for await refusal in venues.late.refusals {
                if refusal.isFirst {
                    let text =
                        "\(refusal.broker) refuses this program: \(refusal.error). NOBODY LOOKS AFTER what is held "
                        + "there but the venue's own stops: nothing is opened, no bars and prices are heard. The kill "
                        + "switch and a new start are tried all along. aitrade doctor tells what to mend; new keys "
                        + "need a restart"
                    Output.warn(text)
                    log.critical("alert", metadata: ["code": "VENUE_REFUSED", "text": "\(text)"])
                    alerts?.post(Alert(.critical, "VENUE_REFUSED", text))
                }
                // A halt goes on trying for as long as it takes.
                guard venues.late.ending == nil, let error = venues.lastingRefusalOfAll,
                    await loop.requestStopUnlessHalted()
                else { continue }
                venues.late.ending = error
            }
        }
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
                        await venues.untilDone(seat.name, isStart: false, log) {
                            let rules = try await seat.venue.instruments(seat.symbols)
                            await brokers.learn(seat.name, rules)
                            let capabilities = brokers.capabilities[seat.name] ?? seat.venue.capabilities
                            loop.join(seat.name, assets(rules, at: seat, capabilities))
                        }
                    }
                    await venues.untilDone(seat.name, log) {
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
