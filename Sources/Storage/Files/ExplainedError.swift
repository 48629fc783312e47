/// An error a person can act on: what is wrong, and what to do about it.
public protocol ExplainedError: Error, CustomStringConvertible {
    /// What is wrong, naming the file, line or key.
    var problem: String { get }
    /// What to do about it.
    var fix: String { get }
}

extension ExplainedError {
    /// The problem and its fix in one line.
    public var description: String { "\(problem); \(fix)" }
}
