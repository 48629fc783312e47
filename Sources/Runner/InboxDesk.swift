import Core
import Engine
import Foundation
import Storage

/// Takes operators' commands one by one, each once, and answers those that wait for an answer.
struct InboxDesk: Sendable {
    /// The name of the last command taken, in the ledger's meta.
    static let metaKey = "inbox_taken"

    private struct Pending {
        let name: String
        let since: Timestamp
        var until: Duration?
        var found: [Reconciliation] = []
        /// The accounts that were read since.
        var read: Set<BrokerName> = []

        func answer(_ engine: Engine) -> ReconcileAnswer {
            let open = engine.unsettledAccounts(since: since)
            return ReconcileAnswer(
                reconciliations: found, unsettled: open, held: engine.desks.filter { $0.hold != nil }.map(\.symbol),
                unread: open.filter { !read.contains($0) }, isProvenFlat: engine.kill.phase == .flat)
        }
    }

    private let inbox: OperatorInbox
    private let answers: ReconcileAnswers
    private var lastTaken: String?
    private var pending: [Pending] = []

    /// So long a reconciliation may take until its answer says what is left open.
    private static let patience = Duration.seconds(20)
    /// So many answers are waited for at once; an older one is given up.
    private static let limitPending = 16

    init(stateFolder: URL) {
        inbox = OperatorInbox(stateFolder: stateFolder)
        answers = ReconcileAnswers(stateFolder: stateFolder)
    }

    mutating func resume(lastTaken: String?) { self.lastTaken = lastTaken }

    /// The oldest command that was not taken yet, and the files that are none.
    mutating func next() -> (InboxCommand?, [OperatorInbox.Malformed]) {
        let (commands, malformed) = inbox.read()
        for file in malformed { inbox.refuse(file.name) }
        // A crash between writing down and deleting leaves a file that was taken.
        for command in commands where command.name == lastTaken { inbox.remove(command.name) }
        return (commands.first { $0.name != lastTaken }, malformed)
    }

    mutating func began(_ command: InboxCommand, at now: Timestamp) {
        guard command.command == .reconcile else { return }
        pending.append(Pending(name: command.name, since: now))
        if pending.count > Self.limitPending { pending.removeFirst() }
    }

    mutating func finish(_ command: InboxCommand) {
        lastTaken = command.name
        inbox.remove(command.name)
    }

    mutating func note(_ effects: [Effect]) {
        guard !pending.isEmpty else { return }
        for case .reconciled(let found) in effects {
            for place in pending.indices { pending[place].found.append(found) }
        }
    }

    /// An account was read.
    mutating func noteReading(of broker: BrokerName) {
        for place in pending.indices { pending[place].read.insert(broker) }
    }

    /// What was found for a command that nobody waits for in another process.
    func found(_ engine: Engine, since moment: Timestamp) -> ReconcileAnswer {
        (pending.last ?? Pending(name: "", since: moment)).answer(engine)
    }

    mutating func answer(_ engine: Engine, at uptime: Duration) {
        guard !pending.isEmpty else { return }
        for place in pending.indices {
            let end = pending[place].until ?? uptime + Self.patience
            pending[place].until = end
            let open = engine.unsettledAccounts(since: pending[place].since)
            guard open.isEmpty || uptime >= end else { continue }
            answers.write(pending[place].answer(engine), to: pending[place].name)
            pending[place].until = .zero - .seconds(1)
        }
        pending.removeAll { $0.until.map { $0 < .zero } ?? false }
    }
}
