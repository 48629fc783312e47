public import Core
import Engine
import Router
public import Storage

/// The emergency hand: getting flat when the books are out of reach.
struct EmergencyClose {
    let setup: RunSetup
    let performer: Performer
    let ledger: String

    /// Closes everything at every venue when the books cannot be used and the kill switch asks for it.
    ///
    /// Without a durable intent the engine sends nothing, so a ledger on a full or failing disk stops the run with its
    /// native protections in place. When the switch is engaged that is not enough: the closing orders need no ledger,
    /// since their names (``EmergencyIdentity``) are found again by whoever tries next. Without the switch,
    /// `aitrade watchdog --on-stale flatten` does the same from outside.
    ///
    /// - Throws: ``ClosedWithoutLedger`` when everything was to be closed; it says whether it is.
    func run(after error: any Error, _ engine: Engine) async throws {
        guard let fault = Fault(error) else { return }
        let killFile = KillSwitchFile(folder: setup.stateFolder)
        let isWanted: Bool
        switch killFile.read() {
        case .engaged, .unreadable: isWanted = true
        case .missing, .released: isWanted = engine.kill.isEngaged
        }
        guard isWanted else { return }
        say(.critical, "KILL_WITHOUT_LEDGER", "closing everything without the ledger: \(fault.problem)")
        let identity = EmergencyIdentity(setup.configuration, ledger: ledger, killFile: killFile)
        let pulling = Task { [self] in await letTimePass() }
        let results = await performer.router.closeAllPositions { identity.name($0, $1, $2) }
        pulling.cancel()
        for result in results {
            let end = result.isFlat ? "was read and holds nothing" : "is NOT PROVEN FLAT"
            say(
                result.isFlat ? .notice : .critical, result.isFlat ? "KILL_FLAT" : "KILL_NOT_FLAT",
                "\(result.broker): \(end) after \(result.attempts) attempts")
        }
        let open = results.filter { !$0.isFlat }
        throw ClosedWithoutLedger(problemOfLedger: fault.problem, fixOfLedger: fault.fix, stillOpen: open.map(\.broker))
    }

    private func say(_ severity: Alert.Severity, _ code: String, _ text: String) {
        performer.announce(.alert(Alert(severity, code, text)))
    }

    /// What keeps the books from being used; nil for every other error.
    private struct Fault {
        let problem: String
        let fix: String

        init?(_ error: any Error) {
            switch error {
            case let error as LedgerError: (problem, fix) = (error.problem, error.fix)
            case let error as RunnerError: (problem, fix) = ("\(error)", "")
            default: return nil
            }
        }
    }
}

extension EmergencyClose {
    /// Takes news and forgets it: a venue that lives in this process fills orders only while somebody does.
    private func letTimePass() async {
        for _ in 0..<100_000 {
            if Task.isCancelled { return }
            if (try? await performer.router.nextEvents(from: setup.market)) == nil {
                try? await Task.sleep(for: .milliseconds(5))
            }
            await Task.yield()
        }
    }
}

/// The books could not be written while the kill switch was engaged: everything was closed without them.
public struct ClosedWithoutLedger: ExplainedError {
    /// What is wrong with the ledger.
    public let problemOfLedger: String
    /// What to do about that.
    public let fixOfLedger: String
    /// The brokers that were not read flat afterwards.
    public let stillOpen: [BrokerName]

    /// What happened.
    public var problem: String {
        let end =
            stillOpen.isEmpty
            ? "every venue was read and holds nothing"
            : "NOT PROVEN FLAT: \(stillOpen.map(\.text).joined(separator: ", "))"
        return "\(problemOfLedger); the kill switch closed everything without the ledger: \(end)"
    }

    /// What to do about it.
    public var fix: String {
        (fixOfLedger.isEmpty ? "" : fixOfLedger + "; ") + "the next start reads the venues and books what was closed"
    }
}
