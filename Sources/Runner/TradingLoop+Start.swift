import Core
import Engine
import Storage

/// Start is recovery.
extension TradingLoop {
    /// Replays the journal, asks open questions, and takes what the kill switch says before anything may be opened.
    ///
    /// - Parameter opens: Whether rows that are owed may be acted on.
    func start(opens: Bool = true) async throws {
        setup.crash(.startBegun)
        let recovered = try Recovery(ledger: ledger).replay(for: setup)
        try core.resume(recovered, ledger)
        setup.crash(.journalReplayed)
        try await setup.rebuildVenue(recovered.steps)
        setup.crash(.venueRebuilt)
        try await take(.configured(setup.configuration), at: max(engine.now, setup.startsAt))
        setup.crash(.configurationTaken)
        for (symbol, id, broker) in core.openQuestions {
            setup.crash(.questionAsked)
            guard let answer = await performer.query(symbol, id, at: broker) else { continue }
            setup.crash(.questionAnswered)
            try await take(answer, at: engine.now)
        }
        // What the file says counts before anything may be opened; who only compares the books opens nothing.
        if !(try await heededKillFile()), opens, let last = recovered.lastBatch {
            _ = try await actOnClosedBars(of: last)
        }
        setup.crash(.rowsCaughtUp)
        // A restart while latched goes on with cancelling and closing, and proves again that everything is flat.
        if let reason = engine.kill.isEngaged ? engine.kill.reason ?? "" : setup.haltReason {
            if let moment = setup.haltWantedAt { core.triggered(KillTrigger(reason: reason, at: moment)) }
            try await take(.kill(reason: reason), at: engine.now)
        }
    }

    /// Takes what the kill-switch file says.
    ///
    /// - Returns: Whether it said something new.
    func heededKillFile() async throws -> Bool {
        guard let command = kill.look(isEngaged: engine.kill.isEngaged, at: setup.uptime()) else { return false }
        core.triggered(KillTrigger(reason: "", at: kill.file.changedAt ?? setup.wallClock()))
        setup.crash(.killRead)
        try await take(command, at: engine.now)
        setup.crash(.killTaken)
        return true
    }
}
