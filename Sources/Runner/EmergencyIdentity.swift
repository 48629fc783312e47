public import Core
public import Engine
import Storage

/// The names of closing orders that no ledger writes down. Whoever closes next has to find them again: a runner that
/// was started anew as well as a watchdog that takes over, so that a closing order that nobody answered for is looked
/// up and never sent under a second name.
///
/// They are made from what both can read, and never from a process's memory, which may be ahead of the ledger: the
/// artifact, the account, and the moment of the halt, which is the ledger's latch, else the change of the engaged
/// kill-switch file, else the last row of the journal.
public struct EmergencyIdentity: Hashable, Sendable {
    /// The moment of the halt.
    public let moment: Timestamp
    private let artifact: String
    private let account: String

    /// The names for a run's orders.
    ///
    /// The ledger is opened anew: a writer's own connection may be broken where another one still reads.
    ///
    /// - Parameters:
    ///   - ledger: The path of the run's ledger, which may be out of reach.
    ///   - killFile: The run's kill-switch file.
    public init(_ configuration: EngineConfiguration, ledger path: String, killFile: KillSwitchFile) {
        (artifact, account) = (configuration.artifact, configuration.account)
        let reader = try? LedgerReader(path: path)
        moment =
            (try? reader?.latch())?.at ?? killFile.engagedAt
            ?? (try? reader?.lastJournalTime()) ?? .epoch
    }

    /// The name of a closing order.
    public func name(_ broker: BrokerName, _ symbol: Symbol, _ leg: Int) -> ClientOrderID {
        .derived(
            artifact: artifact, account: "\(account)@\(broker)", symbol: symbol, time: moment, leg: leg,
            purpose: .flatten)
    }
}

extension KillSwitchFile {
    /// When the file came to mean engaged; nil when it does not.
    public var engagedAt: Timestamp? {
        switch read() {
        case .engaged, .unreadable: changedAt
        case .missing, .released: nil
        }
    }
}
