import UnixSignals

/// Hands SIGINT and SIGTERM to whoever wants to stop in order.
enum StopSignals {
    /// Calls `stop` for each signal until the returned task is cancelled.
    static func forward(to stop: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { await stop() }
        }
    }
}
