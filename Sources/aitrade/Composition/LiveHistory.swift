import Brokers
import Core
import Signals
import Storage

/// What was decided until now: stored bars, and what the venues have of the time since, up to the bar before the newest
/// closed one, which is told as news.
struct LiveHistory {
    /// How many bars an indicator may need before the first decision, where nothing is stored.
    private static let warmUp = 1000

    let signals: LiveSignals
    /// The close of the last bar that is not told as news, by venue.
    let newest: [BrokerName: Timestamp]
    private let interval: BarInterval
    private let window: Int64
    private let isRehearsal: Bool
    /// Where the stored bars of an asset end.
    private let storedUntil: [Symbol: Timestamp]

    /// The earliest of them.
    var start: Timestamp { newest.values.min() ?? .epoch }

    /// Asks all venues at once. One that fails, or takes much longer than the others, is left for later like one that
    /// was silent: ``catchUp(_:)`` asks it then what its bars were meanwhile.
    ///
    /// - Throws: `VenueError` where there is but one venue, and no earlier run whose positions need looking after.
    init(_ run: LiveRun, _ terms: StartTerms, _ reception: inout Reception) async throws {
        let origin = run.file.artifact.origin
        (interval, isRehearsal) = (origin.interval, run.settings.venues.isRehearsal)
        let reach = origin.timeframes.map { TimeframeTrend.reach($0, base: origin.interval) } ?? 0
        window = Int64(origin.tradeWindow + max(Self.warmUp, reach)) * interval.milliseconds
        let store = BarStore(folder: run.request.barFolder)
        var series: [Symbol: BarSeries] = [:]
        for asset in run.file.artifact.assets { series[asset.symbol] = try? store.load(asset.symbol, interval) }
        storedUntil = series.compactMapValues { [interval] bars in
            bars.openTimes.last.map { Timestamp(milliseconds: $0 + interval.milliseconds) }
        }
        let task = Reading(interval: interval, window: window, isRehearsal: isRehearsal, storedUntil: storedUntil)
        let answers = try await task.ask(run.venues, terms, patience: run.patienceForBars(terms), &reception)
        var newest: [BrokerName: Timestamp] = [:]
        var rehearsal: [BarSeries] = []
        for seat in run.venues.seats {
            let answer = answers[seat.name]
            newest[seat.name] = answer?.last ?? Self.last(interval, at: SystemTime.wall())
            for newer in answer?.bars ?? [] {
                if isRehearsal { rehearsal.append(newer) }
                guard let stored = series[newer.symbol] else { continue }
                series[newer.symbol] = try BarSeries(
                    symbol: newer.symbol, interval: interval,
                    bars: (0..<stored.count).map { stored[$0] } + (0..<newer.count).map { newer[$0] })
            }
        }
        self.newest = newest
        signals = LiveSignals(
            run.file.artifact, series: run.file.artifact.assets.compactMap { series[$0.symbol] }, rehearsal: rehearsal)
    }

    /// What a venue that was silent when the run began has of the time until now.
    ///
    /// - Returns: The close of the last bar that is not told as news.
    func catchUp(_ seat: LiveVenues.Seat) async throws -> Timestamp {
        let task = Reading(interval: interval, window: window, isRehearsal: isRehearsal, storedUntil: storedUntil)
        let answer = try await task.read(seat)
        for newer in answer.bars { signals.catchUp(newer, isRehearsal: isRehearsal) }
        return answer.last
    }

    /// The close of the bar before the newest closed one.
    fileprivate static func last(_ interval: BarInterval, at now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: interval.start(holding: now.milliseconds) - interval.milliseconds)
    }
}

/// What is asked of every venue before its first news.
private struct Reading: Sendable {
    /// What a venue had of the time since the stored bars.
    struct Answer: Sendable {
        let last: Timestamp
        let bars: [BarSeries]
    }

    private enum News: Sendable {
        case answer(Answer, BrokerName)
        case failure(VenueError, BrokerName)
        /// No venue's doing: bars that make no series, or a start that was broken off.
        case broken(any Error)
        case patienceIsOver
    }

    let interval: BarInterval
    let window: Int64
    let isRehearsal: Bool
    let storedUntil: [Symbol: Timestamp]

    /// The answers of all venues that are not silent already.
    func ask(
        _ venues: LiveVenues, _ terms: StartTerms, patience: Duration, _ reception: inout Reception
    ) async throws -> [BrokerName: Answer] {
        let asked = venues.seats.filter { reception.silent[$0.name] == nil }
        guard !asked.isEmpty else { return [:] }
        let (news, teller) = AsyncStream<News>.makeStream()
        var tasks = asked.map { seat in
            Task {
                do {
                    teller.yield(.answer(try await read(seat), seat.name))
                } catch let error as VenueError {
                    teller.yield(.failure(error, seat.name))
                } catch {
                    teller.yield(.broken(error))
                }
            }
        }
        defer { tasks.forEach { $0.cancel() } }
        var answers: [BrokerName: Answer] = [:]
        var failures: [BrokerName: VenueError] = [:]
        for await item in news {
            switch item {
            case .answer(let answer, let broker): answers[broker] = answer
            case .failure(let error, let broker):
                guard let seat = asked.first(where: { $0.name == broker }),
                    venues.seats.count > 1 || LiveVenues.knows(seat, terms.known),
                    venues.leaves(seat, after: error, terms)
                else { throw error }
                failures[broker] = error
            case .broken(let error): throw error
            case .patienceIsOver:
                for seat in asked where answers[seat.name] == nil && failures[seat.name] == nil {
                    let message = "\(seat.name) did not tell its bars within \(patience)"
                    failures[seat.name] = VenueError(.retryable, code: "TIMEOUT", message: message)
                }
            }
            if answers.count + failures.count >= asked.count { break }
            // Whoever comes first, with whatever, is not kept waiting by the rest.
            guard answers.count + failures.count == 1 else { continue }
            tasks.append(
                Task {
                    guard (try? await Task.sleep(for: patience)) != nil else { return }
                    teller.yield(.patienceIsOver)
                })
        }
        for (broker, error) in failures.sorted(by: { $0.key < $1.key }) {
            Output.warn("\(broker) is left for later, its bars could not be read: \(error)")
            venues.late.failed(broker, error)
            reception.lost(broker, error)
        }
        return answers
    }

    /// What one venue has.
    func read(_ seat: LiveVenues.Seat) async throws -> Answer {
        let last = LiveHistory.last(interval, at: await seat.venue.time())
        var found: [BarSeries] = []
        for symbol in seat.symbols {
            if let newer = try await bars(seat, symbol, to: last) { found.append(newer) }
        }
        return Answer(last: last, bars: found)
    }

    /// The bars of a venue that follow what is stored; nil where there are none to ask for.
    private func bars(_ seat: LiveVenues.Seat, _ symbol: Symbol, to last: Timestamp) async throws -> BarSeries? {
        let stored = storedUntil[symbol]
        guard stored != nil || isRehearsal else { return nil }
        let from = stored ?? Timestamp(milliseconds: max(0, last.milliseconds - window))
        guard from < last else { return nil }
        let newer = try await seat.venue.bars(symbol, interval, from: from, to: last).filter { $0.flaw == nil }
        return try BarSeries(symbol: symbol, interval: interval, bars: newer)
    }
}
