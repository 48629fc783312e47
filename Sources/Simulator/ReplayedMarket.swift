public import Core

/// Why bars cannot be replayed.
public enum ReplayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A symbol has bars but no instrument.
    case noInstrument(Symbol)
    /// A symbol has two series.
    case duplicateSeries(Symbol)
    /// No bar lies in the wanted range.
    case noBars(from: Timestamp?, to: Timestamp?)

    public var description: String {
        switch self {
        case .noInstrument(let symbol): "\(symbol) has bars but no instrument: add it to the instruments"
        case .duplicateSeries(let symbol): "\(symbol) has two series of bars: pass one interval per symbol"
        case .noBars(let from, let to):
            "no bar opens at or after \(from?.milliseconds ?? 0) and closes at or before "
                + "\(to.map { String($0.milliseconds) } ?? "the end") (ms UTC): widen --from and --to or import bars"
        }
    }
}

/// Stored bars of several symbols, merged by time and played through a ``SimulatedExchange``.
///
/// Each instant is told in this order: the closes of all symbols, then (a batch of its own) the opens of all symbols
/// and what they cause, then, one batch each, what happens on the way through the bars. Time stands still between two
/// calls of ``next()``, so commands act at the instant of the batch pulled last. Equal configurations, bars and
/// commands after the same batches give equal batches: a venue is rebuilt by pulling and commanding again.
public struct ReplayedMarket: Sendable {
    /// One symbol's bars and how far they were replayed.
    private struct Stream: Sendable {
        let series: BarSeries
        let book: Int
        private let end: Int
        private var row: Int
        private(set) var isOpen = false
        /// When the next bar opens or the open one closes; nil after the last.
        private(set) var next: Timestamp?

        init(series: BarSeries, book: Int, rows: Range<Int>) {
            (self.series, self.book, row, end) = (series, book, rows.lowerBound, rows.upperBound)
            next = rows.isEmpty ? nil : Timestamp(milliseconds: series.openTimes[row])
        }

        var rowsLeft: Int { end - row }

        mutating func open() -> Bar {
            (isOpen, next) = (true, series.closeTime(row))
            return series[row]
        }

        mutating func close() {
            isOpen = false
            row += 1
            next = row < end ? Timestamp(milliseconds: series.openTimes[row]) : nil
        }
    }

    private var exchange: SimulatedExchange
    private var streams: [Stream]
    /// How many batches were pulled so far.
    public private(set) var pulled = 0

    /// A market before its first bar.
    ///
    /// - Parameters:
    ///   - series: One series per symbol, of any intervals.
    ///   - from: Bars that open earlier are not replayed; nil for the first bar.
    ///   - to: Bars that close later are not replayed; nil for the last bar.
    /// - Throws: ``ReplayError``.
    public init(
        configuration: ExchangeConfiguration, series: [BarSeries], from: Timestamp? = nil, to: Timestamp? = nil
    ) throws(ReplayError) {
        var streams: [Stream] = []
        for bars in series.sorted(by: { $0.symbol < $1.symbol }) {
            guard let book = configuration.instruments.firstIndex(where: { $0.symbol == bars.symbol }) else {
                throw .noInstrument(bars.symbol)
            }
            if streams.last?.series.symbol == bars.symbol { throw .duplicateSeries(bars.symbol) }
            let first = from.flatMap { from in bars.openTimes.firstIndex { $0 >= from.milliseconds } }
            let end = (0..<bars.count).last { to == nil || bars.closeTime($0) <= to ?? .distantFuture }
            let row = from == nil ? 0 : first ?? bars.count
            streams.append(Stream(series: bars, book: book, rows: row..<max(row, end.map { $0 + 1 } ?? row)))
        }
        guard let start = streams.compactMap(\.next).min() else { throw .noBars(from: from, to: to) }
        self.streams = streams
        exchange = SimulatedExchange(configuration: configuration, startingAt: start)
    }

    /// Virtual time.
    public var now: Timestamp { exchange.now }

    /// What determines the exchange's answers.
    public var configuration: ExchangeConfiguration { exchange.configuration }

    /// How many bars are left, the open ones included.
    public var barsLeft: Int { streams.reduce(0) { $0 + $1.rowsLeft } }

    /// Whether every bar was replayed; only flattening orders still trade, at the last closes.
    public var isAtEnd: Bool { streams.allSatisfy { $0.next == nil } }

    /// Whether every symbol has a bar open, or had its last one: orders can be executed.
    public var isTrading: Bool { streams.allSatisfy { $0.isOpen || $0.next == nil } }

    /// Goes on to the next instant that has news; nil at the end of the data, when only a further command can cause
    /// any.
    public mutating func next() -> VenueBatch? {
        var batch = emptyBatch
        return next(&batch) ? batch : nil
    }

    /// A batch without news, for ``next(_:)``.
    public var emptyBatch: VenueBatch { VenueBatch(broker: configuration.broker, at: now, events: []) }

    /// The same, told in a batch that is used again and again: most instants have one piece of news, and a list made
    /// for each would cost more than the news.
    ///
    /// - Returns: False at the end of the data; the batch is then as it was.
    public mutating func next(_ batch: inout VenueBatch) -> Bool {
        if let instant = nextBoundary {
            // A bar that closes or opens is news.
            if !exchange.reachNews(before: instant) { cross(instant) }
            tell(&batch)
            return true
        }
        while let due = exchange.hasNews ? now : exchange.nextDeadline {
            guard exchange.reachNews(before: max(due, now)) else { continue }
            tell(&batch)
            return true
        }
        return false
    }

    /// Goes on to the next instant that has news, but not beyond `limit`; nil when there is none before it. Time then
    /// stands at `limit`.
    public mutating func next(until limit: Timestamp) -> VenueBatch? {
        var batch = emptyBatch
        return next(&batch, until: limit) ? batch : nil
    }

    /// The same, told in a batch that is used again.
    ///
    /// - Returns: False when there is no news before `limit`; the batch is then as it was.
    public mutating func next(_ batch: inout VenueBatch, until limit: Timestamp) -> Bool {
        if let instant = nextBoundary, instant <= limit {
            if !exchange.reachNews(before: instant) { cross(instant) }
        } else if !exchange.reachNews(before: max(limit, now)) {
            return false
        }
        tell(&batch)
        return true
    }

    private mutating func tell(_ batch: inout VenueBatch) {
        exchange.tell(&batch)
        pulled += 1
    }

    /// Closes the bars that close at `instant`; where none does, opens those that open.
    private mutating func cross(_ instant: Timestamp) {
        if !closeBars(at: instant) { openBars(at: instant) }
    }

    /// The next moment at which something may happen by itself; nil after the last bar when nothing is due.
    public mutating func nextInstant() -> Timestamp? {
        let boundary = nextBoundary
        guard let step = exchange.nextInstant(before: boundary ?? .distantFuture) else { return boundary }
        return boundary.map { min($0, step) } ?? step
    }

    /// The last known price of a symbol; nil before its first bar.
    public func lastPrice(of symbol: Symbol) -> Price? { exchange.lastPrice(of: symbol) }

    /// What is held of a symbol, signed.
    public func held(_ symbol: Symbol) -> Quantity { exchange.held(symbol) }

    /// When the next bar opens or closes.
    private var nextBoundary: Timestamp? {
        var earliest: Timestamp?
        // By index: a stream is not copied to look at it.
        for index in streams.indices {
            if let next = streams[index].next, next < earliest ?? .distantFuture { earliest = next }
        }
        return earliest
    }

    private mutating func closeBars(at instant: Timestamp) -> Bool {
        var closed = false
        for index in streams.indices where streams[index].isOpen && streams[index].next == instant {
            exchange.closeBar(book: streams[index].book)
            streams[index].close()
            if streams[index].next == nil { exchange.endMarket(book: streams[index].book) }
            closed = true
        }
        return closed
    }

    private mutating func openBars(at instant: Timestamp) {
        for index in streams.indices where streams[index].next == instant {
            let bar = streams[index].open()
            exchange.openBar(bar, interval: streams[index].series.interval, book: streams[index].book)
        }
    }

    /// Takes an order at the current instant; see ``SimulatedExchange/submit(_:)``.
    public mutating func submit(_ request: OrderRequest) -> Result<OrderReport, VenueError> {
        exchange.submit(request)
    }

    /// Asks to cancel an order at the current instant; see ``SimulatedExchange/cancel(_:)``.
    public mutating func cancel(_ reference: OrderReference) -> Result<OrderReport, VenueError> {
        exchange.cancel(reference)
    }

    /// Asks to change a protective order at the current instant; see
    /// ``SimulatedExchange/amend(_:trigger:quantity:)``.
    public mutating func amend(
        _ reference: OrderReference, trigger: Price, quantity: Quantity
    ) -> Result<OrderReport, VenueError> {
        exchange.amend(reference, trigger: trigger, quantity: quantity)
    }

    /// Sets the watched levels of a symbol; see ``SimulatedExchange/watch(_:levels:)``.
    public mutating func watch(_ symbol: Symbol, levels: [Price]) {
        exchange.watch(symbol, levels: levels)
    }

    /// The order of a name, or nil when it was never sent here.
    public func order(_ reference: OrderReference) -> OrderReport? { exchange.order(reference) }

    /// The rules of a symbol, or nil when it is not traded here.
    public func instrument(_ symbol: Symbol) -> Instrument? { exchange.instrument(symbol) }

    /// The account as it is now, with its executions at or after `moment`, of which there are none by default.
    public func snapshot(fillsSince moment: Timestamp = .distantFuture) -> AccountSnapshot {
        exchange.snapshot(fillsSince: moment)
    }

    /// Traps when an invariant of the exchange does not hold.
    public func checkInvariants() { exchange.checkInvariants() }
}
