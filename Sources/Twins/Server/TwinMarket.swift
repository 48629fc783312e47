package import Core

/// How the twin's time goes.
package enum TwinClock: Sendable, Hashable {
    /// The venue lives now; stored bars are moved to the present.
    case real
    /// The venue lives in the stored bars' own time, from their start on, at the market's speed.
    case bars
}

/// The prices of all instruments, and what is remembered of them. Prices follow stored bars, a script, a hand or,
/// where nothing else is left, a seeded random walk.
package struct TwinMarket: Sendable {
    private struct Line: Sendable {
        let instrument: Instrument
        let series: BarSeries?
        var driver: PriceDriver
        var price: Price
        var markOffset = Price.zero
        var candles: CandleBook
    }

    private var lines: [Symbol: Line] = [:]
    /// The instruments, by symbol.
    package let instruments: [Instrument]
    /// Seconds of the bars' time that pass in one second.
    package let speed: Double
    /// Which time the venue lives in.
    package let clock: TwinClock
    private let wallStart: Timestamp
    private let barStart: Int64
    private let seed: UInt64
    private var lastStep: Timestamp
    /// How often prices move.
    private let step: TimeSpan

    /// A market at its first prices.
    ///
    /// - Parameters:
    ///   - series: At most one per instrument, none empty; instruments without one walk at random.
    ///   - start: The moment in the bars' own time to begin at.
    package init(
        instruments: [Instrument], series: [BarSeries], start: Timestamp, speed: Double, clock: TwinClock, seed: UInt64,
        step: TimeSpan = .milliseconds(250), at wall: Timestamp
    ) {
        self.instruments = instruments.sorted { $0.symbol < $1.symbol }
        (self.speed, self.clock, self.seed, self.step) = (speed, clock, seed, step)
        (wallStart, barStart) = (wall, start.milliseconds)
        lastStep = wall
        for instrument in instruments {
            let bars = series.first { $0.symbol == instrument.symbol && !$0.isEmpty }
            lines[instrument.symbol] = Self.line(instrument, bars, start: start, clock: clock, seed: seed, at: wall)
        }
    }

    private static func line(
        _ instrument: Instrument, _ series: BarSeries?, start: Timestamp, clock: TwinClock, seed: UInt64,
        at wall: Timestamp
    ) -> Line {
        guard let series else {
            let price = instrument.onTick(Price(FixedDecimal(100)))
            return Line(
                instrument: instrument, series: nil,
                driver: .walk(SeededRandom(seed: seed, stream: instrument.symbol.name)), price: price,
                candles: CandleBook(history: nil, shift: 0, bornAt: wall))
        }
        let length = series.interval.milliseconds
        // Whole bars, so that stored bars stay on their grid.
        let shift = clock == .bars ? 0 : (wall.milliseconds - start.milliseconds) / length * length
        let now = clock == .bars ? start.milliseconds : wall.milliseconds - shift
        let row = max(series.openTimes.partitioningIndex { $0 > now } - 1, 0)
        let share = Double(now - series.openTimes[row]) / Double(length)
        let price = instrument.price(measured: BarRoad(series[row]).price(at: share)) ?? instrument.tick
        return Line(
            instrument: instrument, series: series, driver: .bars(reached: now), price: price,
            candles: CandleBook(
                history: series, shift: shift,
                bornAt: clock == .bars ? Timestamp(milliseconds: now) : wall))
    }

    /// The venue's time at a real moment.
    package func venueTime(at wall: Timestamp) -> Timestamp {
        switch clock {
        case .real: wall
        case .bars:
            Timestamp(milliseconds: barStart + Int64(Double((wall - wallStart).milliseconds) * speed))
        }
    }

    /// The rules of an instrument.
    package func instrument(_ symbol: Symbol) -> Instrument? { lines[symbol]?.instrument }

    /// The last price.
    package func price(_ symbol: Symbol) -> Price? { lines[symbol]?.price }

    /// The fair price: the last one and what the control endpoint adds to it.
    package func mark(_ symbol: Symbol) -> Price? { lines[symbol].map { $0.price + $0.markOffset } }

    /// Sets how far the fair price is from the last one.
    package mutating func setMarkOffset(_ symbol: Symbol, _ offset: Price) { lines[symbol]?.markOffset = offset }

    /// What happened between two moments of the venue's time; nil when nothing is known.
    package func candle(_ symbol: Symbol, from start: Timestamp, to end: Timestamp) -> Candle? {
        lines[symbol]?.candles.candle(from: start, to: end)
    }

    /// The first moment anything is known of an instrument.
    package func firstTime(_ symbol: Symbol) -> Timestamp { lines[symbol]?.candles.firstTime ?? wallStart }

    /// Notes that a price was reached.
    package mutating func reach(_ price: Price, of symbol: Symbol, volume: Double, at now: Timestamp) {
        lines[symbol]?.price = price
        lines[symbol]?.candles.note(price.double, volume: volume, at: now)
    }

    /// Leaves the price of an instrument to a hand.
    package mutating func hold(_ symbol: Symbol) { lines[symbol]?.driver = .held }

    /// Lets scripted prices begin now; instruments the script does not name stay as they are.
    package mutating func follow(_ script: [ScriptStep], at now: TwinMoment) {
        for symbol in Set(script.map(\.symbol)).sorted() {
            let own = script.filter { $0.symbol == symbol }.sorted { $0.at < $1.at }
            lines[symbol]?.driver = .script(own, from: now.wall)
        }
    }

    /// Lets an instrument follow its bars again, or walk at random.
    package mutating func release(_ symbol: Symbol, at now: TwinMoment) {
        guard let line = lines[symbol] else { return }
        let driver: PriceDriver =
            line.series == nil
            ? .walk(SeededRandom(seed: seed, stream: symbol.name)) : .bars(reached: barTime(line, at: now.wall))
        lines[symbol]?.driver = driver
    }

    private func barTime(_ line: Line, at wall: Timestamp) -> Int64 {
        let passed = Int64(Double((wall - wallStart).milliseconds) * speed)
        return clock == .bars ? barStart + passed : wallStart.milliseconds - line.candles.shift + passed
    }

    /// The moves that are due, in order.
    package mutating func steps(at now: TwinMoment) -> [PriceStep] {
        guard now.wall - lastStep >= step else { return [] }
        lastStep = now.wall
        return instruments.flatMap { steps(of: $0.symbol, at: now) }
    }

    private mutating func steps(of symbol: Symbol, at now: TwinMoment) -> [PriceStep] {
        guard var line = lines[symbol] else { return [] }
        defer { lines[symbol] = line }
        switch line.driver {
        case .held: return []
        case .bars(let reached):
            let target = max(barTime(line, at: now.wall), reached)
            line.driver = .bars(reached: target)
            if let series = line.series, target >= series.closeTime(series.count - 1).milliseconds {
                line.driver = .walk(SeededRandom(seed: seed, stream: symbol.name))
            }
            return Self.way(line, from: reached, to: target)
        case .walk(var random):
            let points = Double(random.below(21) - 10)
            line.driver = .walk(random)
            let measured = line.price.double * (1 + points / 10_000)
            let price = line.instrument.price(measured: measured) ?? line.instrument.tick
            return [PriceStep(symbol: symbol, price: price, volume: random.unit(), gap: false)]
        case .script(let steps, let start):
            let age = (now.wall - start).seconds
            let due = steps.prefix { $0.at <= age }
            line.driver = due.count == steps.count ? .held : .script(Array(steps.dropFirst(due.count)), from: start)
            return due.map {
                PriceStep(
                    symbol: symbol, price: line.instrument.onTick($0.price), volume: 1, gap: $0.gap ?? false)
            }
        }
    }

    /// The corners of the stored bars between two moments of their own time; at most the last four hundred bars.
    private static func way(_ line: Line, from start: Int64, to end: Int64) -> [PriceStep] {
        guard let series = line.series, end > start else { return [] }
        let length = series.interval.milliseconds
        var row = max(series.openTimes.partitioningIndex { $0 > start } - 1, 0)
        let last = max(series.openTimes.partitioningIndex { $0 > end } - 1, 0)
        row = max(row, last - 400)
        var steps: [PriceStep] = []
        for row in row...last {
            let open = series.openTimes[row]
            let (from, to) = (Double(start - open) / Double(length), Double(end - open) / Double(length))
            guard from < 1 else { continue }
            let points = BarRoad(series[row]).points(after: max(from, -1e-9), through: min(to, 1))
            let share = (min(to, 1) - max(from, 0)) / Double(points.count)
            for point in points {
                guard let price = line.instrument.price(measured: point) else { continue }
                steps.append(
                    PriceStep(
                        symbol: line.instrument.symbol, price: price, volume: series.volume[row] * share, gap: false))
            }
        }
        return steps
    }
}
