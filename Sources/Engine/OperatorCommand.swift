public import Core

/// What an operator may tell a running engine.
public enum OperatorCommand: Hashable, Codable, Sendable {
    /// Trade again after a rule took the engine out of `active`; nil for every rule that did.
    case release(rule: RiskCode?, by: String, reason: String)
    /// What was found at the venue is known and belongs to us from now on: entries may go on.
    case acknowledge(Symbol, by: String)
    /// Compare the books with the venues now.
    case reconcile
}
