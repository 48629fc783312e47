/// A venue's failure, named by what has to be done about it.
public struct VenueError: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The code of a venue that has an order of this name: the request it refuses was a second one.
    public static let duplicateName = "DUPLICATE_CLIENT_ID"

    /// The code of a venue that tells no executions now, because it still reads them or because that failed: what it
    /// holds can be asked for without them.
    public static let pendingExecutions = "EXECUTIONS_PENDING"

    /// What has to be done.
    public enum Remedy: String, Codable, Sendable, CaseIterable {
        /// The venue decided against it: do not repeat.
        case rejected
        /// It did not reach the venue or was not looked at: repeating is safe.
        case retryable
        /// It may or may not have been done: ask before doing anything else.
        case unknownOutcome
        /// Too many requests: wait, then repeat.
        case rateLimited
        /// Keys, permissions or settings are wrong: a person has to act.
        case configuration
        /// The venue never heard of what was named.
        case notFound
    }

    /// What has to be done.
    public let remedy: Remedy
    /// Stable code, upper case with underscores.
    public let code: String
    /// One sentence for people.
    public let message: String

    /// An error from its parts.
    public init(_ remedy: Remedy, code: String, message: String) {
        (self.remedy, self.code, self.message) = (remedy, code, message)
    }

    /// The same as a failure of reading executions alone.
    public var ofExecutions: VenueError {
        if code == Self.pendingExecutions { return self }
        return VenueError(remedy, code: Self.pendingExecutions, message: "the executions could not be read: \(self)")
    }

    public var description: String { "\(code): \(message)" }
}
