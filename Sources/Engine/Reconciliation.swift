public import Core

/// How our books differed from a venue's account at one reading, and what was done about each difference.
public struct Reconciliation: Hashable, Codable, Sendable {
    /// What differed.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// An execution of one of our orders that no stream had told.
        case missedFill = "MISSED_FILL"
        /// A position that our orders do not explain: opened, enlarged, reduced or closed by someone else.
        case position = "POSITION"
        /// A remainder too small to be sold, or taken as a fee out of what was bought: no position.
        case dust = "DUST"
        /// An order that is none of ours.
        case foreignOrder = "FOREIGN_ORDER"
        /// An order that we take for working and that the venue does not list.
        case unlistedOrder = "UNLISTED_ORDER"
        /// A protective order of ours that the venue does not hold.
        case protection = "PROTECTION"
        /// Money that our executions do not explain.
        case balance = "BALANCE"
    }

    /// What was done.
    public enum Action: String, Codable, Sendable, CaseIterable {
        /// Booked as the venue tells it.
        case booked
        /// Booked under the tag EXTERNAL; entries are held until an operator acknowledges.
        case adopted
        /// Asked to be cancelled.
        case cancelled
        /// The venue was asked what became of it.
        case asked
        /// Placed again.
        case rearmed
        /// Told to a person, nothing else.
        case reported
        /// Waits for a second reading before it is believed.
        case suspected
    }

    /// One difference.
    public struct Difference: Hashable, Codable, Sendable {
        /// What differed.
        public let kind: Kind
        /// The instrument; nil for a balance.
        public let symbol: Symbol?
        /// One sentence with the figures of both sides.
        public let sentence: String
        /// What was done.
        public let action: Action

        /// A difference from its parts.
        public init(_ kind: Kind, _ symbol: Symbol?, _ sentence: String, _ action: Action) {
            (self.kind, self.symbol, self.sentence, self.action) = (kind, symbol, sentence, action)
        }
    }

    /// The venue that was read.
    public let broker: BrokerName
    /// When the venue said so.
    public let at: Timestamp
    /// What differed, in the order of the instruments.
    public let differences: [Difference]
    /// The executions that were booked because of it, those under the tag EXTERNAL included.
    public let fills: [Fill]

    /// A reconciliation from its parts.
    public init(broker: BrokerName, at: Timestamp, differences: [Difference], fills: [Fill]) {
        (self.broker, self.at, self.differences, self.fills) = (broker, at, differences, fills)
    }
}
