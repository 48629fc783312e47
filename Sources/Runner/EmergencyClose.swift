public import Core
import Engine
import Logging
import Router
public import Storage

/// The emergency hand: getting flat when nothing can be written down any more.
struct EmergencyClose {
    let setup: RunSetup
    let router: ExecutionRouter
    let log: Logger

    /// Closes everything at every venue when the books cannot be written and the kill switch asks for it.
    ///
    /// Without a durable intent the engine sends nothing, so a ledger on a full or failing disk stops the run with its
    /// native protections in place. When the switch is engaged that is not enough: the closing orders need no ledger,
    /// since their names depend on the account and the moment of the engagement alone, and are found again by whoever
    /// tries next. Without the switch, `aitrade watchdog --on-stale flatten` does the same from outside.
    ///
    /// - Throws: ``ClosedWithoutLedger`` when everything was to be closed; it says whether it is.
    func run(after error: any Error, _ engine: Engine) async throws {
        guard let fault = error as? LedgerError else { return }
        let reading = KillSwitchFile(folder: setup.stateFolder).read()
        let isWanted: Bool
        switch reading {
        case .engaged, .unreadable: isWanted = true
        case .missing, .released: isWanted = engine.kill.isEngaged
        }
        guard isWanted else { return }
        log.critical("closing everything without the ledger", metadata: ["error": "\(fault)"])
        let (artifact, account, moment) = (setup.configuration.artifact, setup.configuration.account, engine.now)
        let pulling = Task { [self] in await letTimePass() }
        let results = await router.closeAllPositions { broker, symbol, leg in
            .derived(
                artifact: artifact, account: "\(account)@\(broker)", symbol: symbol, time: moment, leg: leg,
                purpose: .flatten)
        }
        pulling.cancel()
        let open = results.filter { !$0.isFlat }
        for result in results {
            log.critical(
                "closed without the ledger",
                metadata: ["broker": "\(result.broker)", "flat": "\(result.isFlat)", "attempts": "\(result.attempts)"])
        }
        throw ClosedWithoutLedger(fault: fault, stillOpen: open.map(\.broker))
    }
}

extension EmergencyClose {
    /// Takes news and forgets it: a venue that lives in this process fills orders only while somebody does.
    private func letTimePass() async {
        for _ in 0..<100_000 {
            if Task.isCancelled { return }
            if (try? await router.nextEvents(from: setup.market)) == nil {
                try? await Task.sleep(for: .milliseconds(5))
            }
            await Task.yield()
        }
    }
}

/// The books could not be written while the kill switch was engaged: everything was closed without them.
public struct ClosedWithoutLedger: ExplainedError {
    /// What is wrong with the ledger.
    public let fault: LedgerError
    /// The brokers that were not read flat afterwards.
    public let stillOpen: [BrokerName]

    /// What happened.
    public var problem: String {
        let end =
            stillOpen.isEmpty
            ? "every venue was read and holds nothing"
            : "NOT PROVEN FLAT: \(stillOpen.map(\.text).joined(separator: ", "))"
        return "\(fault.problem); the kill switch closed everything without the ledger: \(end)"
    }

    /// What to do about it.
    public var fix: String { "\(fault.fix); the next start reads the venues and books what was closed" }
}
