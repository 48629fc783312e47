import UnixSignals

/// Hands SIGINT and SIGTERM to whoever wants to stop in order.
enum StopSignals {
    /// Calls `stop` for each signal until the returned task is cancelled. The signals are trapped on return.
    static func forward(to stop: @escaping @Sendable () async -> Void) async -> Task<Void, Never> {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return Task {
            for await _ in signals { await stop() }
        }
    }
}
