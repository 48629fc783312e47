import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Storage

/// A start asks every venue at once, and begins with those that answer. One that does not keeps nobody waiting: it is
/// started as soon as it answers. Where an earlier run left the rules of its assets, exits, cancellations and the kill
/// sequence are tried there all along; where nothing is known of them, they are traded from its first answer on. One
/// that refuses its keys is left out where an earlier run traded there: the others' positions are looked after. Only a
/// start that would have nothing to trade at all fails.
extension LiveVenues {
    /// How long a silent venue keeps the others waiting once there is something to trade.
    static let patience = Duration.seconds(5)
    /// How long a venue keeps the others waiting that has just told its rules for the first time: settings that it
    /// finds wrong are a reason not to start.
    static let firstPatience = Duration.seconds(15)

    /// The settings that an earlier run in this folder left; nil when there are none that can be read.
    static func known(_ stateFolder: String) -> EngineConfiguration? {
        let path = "\(stateFolder)/trades.sqlite"
        guard FileManager.default.fileExists(atPath: path), let reader = try? LedgerReader(path: path)
        else { return nil }
        return try? Recovery(reader: reader).replay(version: ProgramBuild.name, rebuildsVenue: false)
            .engine.configuration
    }

    /// What an earlier run left of a venue's rules.
    private static func rules(_ seat: Seat, _ known: EngineConfiguration?) -> [Instrument] {
        (known?.assets ?? []).filter { $0.broker == seat.name && seat.symbols.contains($0.instrument.symbol) }
            .map(\.instrument)
    }

    /// Whether an earlier run left the rules of everything that is traded at a venue.
    static func knows(_ seat: Seat, _ known: EngineConfiguration?) -> Bool {
        rules(seat, known).count == seat.symbols.count
    }

    // MARK: Rules

    private enum News: Sendable {
        case rules([Instrument], BrokerName)
        case failure(VenueError, BrokerName)
        case patienceIsOver
    }

    /// The rules of everything that is traded, from the venues, or from an earlier run where one does not answer.
    ///
    /// - Throws: `VenueError` when a venue answers that something is wrong, or when nothing can be traded.
    func instruments(_ terms: StartTerms) async throws -> Reception {
        let (news, teller) = AsyncStream<News>.makeStream()
        var tasks = seats.map { seat in
            Task {
                do {
                    teller.yield(.rules(try await seat.venue.instruments(seat.symbols), seat.name))
                } catch {
                    teller.yield(.failure(VenueError(any: error, of: seat.name), seat.name))
                }
            }
        }
        defer { tasks.forEach { $0.cancel() } }
        var reception = Reception(waitingFor: seats.map(\.name))
        var hasTimer = false
        func startTimer() {
            guard !hasTimer else { return }
            hasTimer = true
            tasks.append(
                Task {
                    guard (try? await Task.sleep(for: terms.left(of: Self.patience))) != nil else { return }
                    teller.yield(.patienceIsOver)
                })
        }
        if seats.contains(where: { Self.knows($0, terms.known) }) { startTimer() }
        for await item in news {
            switch item {
            case .rules(let rules, let broker):
                reception.told(rules, by: broker)
                startTimer()
            case .failure(let error, let broker): try miss(broker, error, terms, &reception)
            case .patienceIsOver:
                for broker in reception.pending {
                    let message = "no answer within \(Self.patience)"
                    try miss(broker, VenueError(.retryable, code: "TIMEOUT", message: message), terms, &reception)
                }
            }
            if reception.isComplete { break }
        }
        if let error = reception.silent.min(by: { $0.key < $1.key })?.value, !reception.hasRules { throw error }
        try requireOne()
        return reception
    }

    /// A venue that did not answer is left for later, unless it will be no different then. Simulated fills need to know
    /// all of a venue's assets before the first of them, or none.
    private func miss(
        _ broker: BrokerName, _ error: VenueError, _ terms: StartTerms, _ reception: inout Reception
    ) throws {
        guard let seat = seats.first(where: { $0.name == broker }) else { return }
        let rules = Self.rules(seat, terms.known)
        guard leaves(seat, after: error, terms), mode == .live || rules.isEmpty || Self.knows(seat, terms.known)
        else { throw error }
        late.failed(broker, error)
        reception.missed(broker, error, rules)
    }

    /// Whether a start goes on without a venue that failed: when it may do better in a moment, or when it refuses and
    /// there are others.
    func leaves(_ seat: Seat, after error: VenueError, _ terms: StartTerms) -> Bool {
        if error.mayPass { return true }
        return error.remedy == .configuration && mode == .live && seats.count > 1 && terms.leavesRefusing(seat)
    }

    /// What all venues have said several times, so that nothing can be traded; nil while there is one that does not.
    var lastingRefusalOfAll: VenueError? { late.refusal(ofAll: seats.map(\.name), times: 3) }

    /// - Throws: `VenueError` when every venue refuses.
    private func requireOne() throws {
        if let error = late.refusal(ofAll: seats.map(\.name), times: 1) { throw error }
    }

    // MARK: News

    /// What a venue is asked to tell.
    func watch(_ seat: Seat, interval: BarInterval?, after newest: Timestamp?) -> VenueWatch {
        VenueWatch(
            symbols: seat.symbols, interval: interval, barsAfter: newest ?? .distantFuture, isPrivate: mode == .live)
    }

    /// Begins to tell news.
    ///
    /// - Parameters:
    ///   - terms: Whether a venue that refuses ends the start.
    ///   - patience: How long a venue may take before it is started later; nil to wait for it.
    ///   - silent: Venues that did not answer a moment ago: whoever knows when they do starts them.
    func start(
        interval: BarInterval?, barsAfter: [BrokerName: Timestamp], _ terms: StartTerms,
        patience: (Seat) -> Duration?, without silent: Set<BrokerName> = [], _ log: Logger
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seat in seats where !silent.contains(seat.name) {
                let watch = watch(seat, interval: interval, after: barsAfter[seat.name])
                let patience = patience(seat)
                group.addTask {
                    let attempt = Task { try await seat.venue.start(watch) }
                    do {
                        let deadline = Deadline(limit: patience ?? .seconds(3600)) { try await Task.sleep(for: $0) }
                        try await deadline.run(seat.name) { try await attempt.value }
                    } catch let error as VenueError where patience != nil && leaves(seat, after: error, terms) {
                        log.error("a venue is not there yet", metadata: ["error": "\(error)"])
                        late.failed(seat.name, error)
                        late.add(
                            Task {
                                await untilDone(seat.name, first: attempt, log) {
                                    try await seat.venue.start(watch)
                                }
                            })
                    }
                }
            }
            try await group.waitForAll()
        }
        try requireOne()
    }

    // MARK: Later

    /// Between two attempts at a venue that does not answer; doubled up to ``longestPause``.
    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(16)

    /// Tries again and again until a venue does what it is asked.
    ///
    /// - Parameters:
    ///   - first: An attempt that is under way already.
    ///   - isStart: Whether the venue is started then.
    func untilDone(
        _ name: BrokerName, first: Task<Void, any Error>? = nil, isStart: Bool = true, _ log: Logger,
        _ attempt: @escaping @Sendable () async throws -> Void
    ) async {
        var (first, pause) = (first, Self.firstPause)
        while !Task.isCancelled {
            do {
                if let running = first { try await running.value } else { try await attempt() }
                if isStart { late.admitted(name) }
                return log.notice("a venue that was not there is there", metadata: ["broker": "\(name)"])
            } catch {
                first = nil
                guard !Task.isCancelled else { return }
                late.failed(name, error)
                log.warning("a venue does not start", metadata: ["broker": "\(name)", "error": "\(error)"])
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}

extension VenueError {
    /// What a venue's client threw; it throws nothing else but cancellation.
    init(any error: any Error, of broker: BrokerName) {
        self =
            error as? VenueError ?? VenueError(.unknownOutcome, code: "BROKER_FAILED", message: "\(broker): \(error)")
    }

    /// Whether it may be different in a moment, without anybody changing a setting.
    var mayPass: Bool {
        switch remedy {
        case .retryable, .rateLimited, .unknownOutcome: true
        case .rejected, .notFound, .configuration: false
        }
    }
}
