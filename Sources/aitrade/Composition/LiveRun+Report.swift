import Brokers
import Core
import Engine
import Foundation
import Runner
import Signals
import Storage

extension LiveRun {
    func announce(_ signals: LiveSignals, _ books: LiveBooks, _ awaited: [AwaitedVenue]) {
        for venue in awaited { Output.warn("\(venue.broker): \(venue.sentence)") }
        for end in signals.ends { Output.warn("\(end.symbol) gets no new signals: \(end.reason)") }
        if !signals.rehearsed.isEmpty {
            let names = signals.rehearsed.map(\.name).joined(separator: ", ")
            Output.warn(
                "\(names): the artifact's bars are not the venue's; the venues are on this machine, so its production "
                    + "genome decides on their bars. This rehearses the trading and says nothing about the signals")
        }
        guard !request.isQuiet else { return }
        for seat in venues.seats {
            let isShares = seat.venue.name == Venues.shares
            let isDemo = isShares ? settings.venues.tinkoff.isSandbox : settings.venues.bitget.isDemo
            let place = "\(seat.venue.name)\(isDemo ? isShares ? " (sandbox)" : " (demo)" : "")"
            let names = seat.symbols.map(\.name).joined(separator: ", ")
            print("\(request.mode.rawValue.capitalized) on \(place): \(names), \(file.artifact.origin.interval) bars.")
        }
        print("Ledger \(books.ledger.path), run \(books.runId).")
        if !settings.unsetLimits.isEmpty {
            print("Limits that nobody set: \(settings.unsetLimits.joined(separator: ", ")).")
        }
        Output.flush()
    }

    /// A ledger that cannot be used keeps a run from starting, also one that was to close everything: then the error
    /// says how else.
    ///
    /// - Returns: Nil for any other error, and while the kill switch is not engaged.
    func wayOut(of error: any Error) -> CommandFailure? {
        let file = KillSwitchFile(folder: URL(filePath: request.stateFolder))
        guard request.mode == .live, file.engagedAt != nil, let error = error as? LedgerError else { return nil }
        let commands = venues.seats.map { seat in
            "aitrade flatten --venue \(seat.venue.name) --assets \(seat.symbols.map(\.name).joined(separator: ","))"
                + " --state-dir \(request.stateFolder)"
        }
        return CommandFailure(
            ErrorReport.status(of: error), "\(error.problem); the kill switch is engaged and NOTHING WAS CLOSED",
            fix: "close everything without the ledger: \(commands.joined(separator: "; ")). Then: \(error.fix)")
    }

    /// Prints how the run ended.
    func report(_ end: Replay.End, json: Bool) throws {
        let open = end.engine.desks.filter { !$0.position.isFlat }.map { "\($0.symbol) \($0.position.quantity)" }
        if json {
            try Output.json(
                Result(
                    outcome: "\(end.outcome)", newBars: end.newBars, open: open,
                    ledger: "\(request.stateFolder)/trades.sqlite", artifact: file.digest.hex,
                    unguarded: unguarded(end)))
            return
        }
        switch end.outcome {
        case .finished, .stopped:
            print(
                request.isLoop
                    ? "Stopped after \(end.newBars == 1 ? "1 bar" : "\(end.newBars) bars"); "
                        + "the same command goes on from here."
                    : "Acted once on the latest signals; the same command goes on from here.")
        case .halted(let reason):
            print("HALTED by the kill switch (\(reason)): the venue was read and holds nothing.")
        case .haltedNotFlat(let symbols):
            print("HALTED, NOT PROVEN FLAT. Still open: \(symbols.joined(separator: ", ")).")
        }
        for position in open { print("  open       \(position)") }
        let unguarded = unguarded(end)
        for what in unguarded { print("  UNGUARDED  \(what)") }
        if !unguarded.isEmpty {
            print("  Start again soon, or close it: aitrade flatten\(StateFolder.flag(request.stateFolder))")
        }
    }

    /// What a live run leaves to itself: differences that no second reading confirmed, and positions without a stop at
    /// the venue.
    func unguarded(_ end: Replay.End) -> [String] {
        guard request.mode == .live, end.outcome == .stopped else { return [] }
        return end.engine.desks.compactMap { desk in
            switch desk.hold {
            case .suspected:
                return "\(desk.symbol): \(desk.broker) holds something else than the books, and it is not settled yet"
            case .unread: return "\(desk.symbol): \(desk.broker) has not told what it holds"
            case .external, nil:
                return desk.unguarded.map {
                    "\(desk.symbol) \(desk.position.quantity) at \(desk.broker): \($0)"
                }
            }
        }
    }

    private struct Result: Encodable {
        let outcome: String
        let newBars: Int
        let open: [String]
        let ledger: String
        let artifact: String
        /// Differences that are not settled, and positions that nothing guards once the run is over.
        let unguarded: [String]
    }
}
