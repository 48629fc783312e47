public import Core

/// The rows a run acts on, found by asset and moment.
///
/// A row is handed out only at its own time, which is the close of the bar it was decided on: acting on a row before
/// its time is impossible by construction.
public struct SignalBook: SignalSource {
    private var rows: [Symbol: [Timestamp: SignalRow]] = [:]
    private var spans: [Symbol: (first: Timestamp, last: Timestamp)] = [:]

    /// Takes the rows of every asset; a later row of the same time replaces an earlier one.
    public init(_ rows: some Sequence<SignalRow>) {
        for row in rows {
            self.rows[row.symbol, default: [:]][row.time] = row
            let span = spans[row.symbol]
            spans[row.symbol] = (
                min(span?.first ?? row.time, row.time), max(span?.last ?? row.time, row.time)
            )
        }
    }

    /// The row of `symbol` decided at exactly `time`.
    public func row(_ symbol: Symbol, _ bar: Bar, at time: Timestamp) -> SignalRow? {
        rows[symbol]?[time]
    }

    /// The time of the first and the last row of `symbol`.
    public func span(_ symbol: Symbol) -> (first: Timestamp, last: Timestamp)? {
        spans[symbol]
    }
}
