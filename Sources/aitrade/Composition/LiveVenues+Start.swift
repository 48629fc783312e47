import Brokers
import Core
import Engine
import Foundation
import Logging
import Router
import Runner
import Storage
import Synchronization

/// Starts of venues that did not answer when the run began.
final class LateStarts: Sendable {
    private let tasks = Mutex<[Task<Void, Never>]>([])

    func add(_ task: Task<Void, Never>) { tasks.withLock { $0.append(task) } }

    func cancel() { tasks.withLock { $0 }.forEach { $0.cancel() } }
}

/// A start asks every venue at once. One that does not answer keeps nobody waiting where an earlier run left its rules:
/// the run begins without its news, and it is started as soon as it answers. Orders, cancellations and readings are
/// tried there all along. A first start wants to hear from every venue.
extension LiveVenues {
    /// How long a venue that is known from an earlier run may keep the others waiting.
    private static let patience = Duration.seconds(4)
    /// Between two attempts to start a venue that does not answer.
    private static let pause = Duration.seconds(1)

    private static func deadline(_ isKnown: Bool) -> Deadline {
        Deadline(limit: isKnown ? patience : .seconds(3600)) { try await Task.sleep(for: $0) }
    }

    /// The settings that an earlier run in this folder left; nil when there are none that can be read.
    static func known(_ stateFolder: String) -> EngineConfiguration? {
        let path = "\(stateFolder)/trades.sqlite"
        guard FileManager.default.fileExists(atPath: path), let reader = try? LedgerReader(path: path)
        else { return nil }
        return try? Recovery(reader: reader).replay(version: ProgramBuild.name, rebuildsVenue: false)
            .engine.configuration
    }

    /// Whether an earlier run left the rules of everything that is traded at a venue.
    private func knows(_ seat: Seat, _ known: EngineConfiguration?) -> Bool {
        seat.symbols.allSatisfy { symbol in
            known?.assets.contains { $0.instrument.symbol == symbol && $0.broker == seat.venue.name }
                ?? false
        }
    }

    /// The rules of everything that is traded, by symbol.
    ///
    /// - Parameter known: What an earlier run left, for venues that do not answer.
    /// - Returns: The rules, and the venues that have yet to answer.
    func instruments(orElse known: EngineConfiguration? = nil) async throws -> (
        rules: [Instrument], late: Set<BrokerName>
    ) {
        try await withThrowingTaskGroup(of: (BrokerName, [Instrument]?).self) { group in
            for seat in seats {
                let isKnown = knows(seat, known)
                group.addTask {
                    do {
                        let rules = try await Self.deadline(isKnown).run(seat.venue.name) {
                            try await seat.venue.instruments(seat.symbols)
                        }
                        return (seat.venue.name, rules)
                    } catch let error as VenueError where isKnown && error.mayPass {
                        return (seat.venue.name, nil)
                    }
                }
            }
            var (found, late): ([Instrument], Set<BrokerName>) = ([], [])
            for try await answer in group {
                if let rules = answer.1 {
                    found += rules
                } else {
                    late.insert(answer.0)
                    found += known?.assets.filter { $0.broker == answer.0 }.map(\.instrument) ?? []
                }
            }
            return (
                found.filter { rules in seats.contains { $0.symbols.contains(rules.symbol) } }
                    .sorted { $0.symbol < $1.symbol }, late
            )
        }
    }

    /// Begins to tell news.
    ///
    /// - Parameter known: What an earlier run left: a venue of it that does not answer is started later.
    func start(
        interval: BarInterval?, barsAfter: [BrokerName: Timestamp], orElse known: EngineConfiguration?,
        _ log: Logger
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seat in seats {
                let watch = VenueWatch(
                    symbols: seat.symbols, interval: interval,
                    barsAfter: barsAfter[seat.venue.name] ?? .distantFuture, isPrivate: mode == .live)
                let isKnown = knows(seat, known)
                group.addTask {
                    let attempt = Task { try await seat.venue.start(watch) }
                    do {
                        try await Self.deadline(isKnown).run(seat.venue.name) { try await attempt.value }
                    } catch let error as VenueError where isKnown && error.mayPass {
                        log.error("a venue is not there yet", metadata: ["error": "\(error)"])
                        late.add(Task { await Self.startLater(seat, watch, after: attempt, log) })
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func startLater(
        _ seat: Seat, _ watch: VenueWatch, after attempt: Task<Void, any Error>, _ log: Logger
    ) async {
        var attempt = attempt
        while !Task.isCancelled {
            do {
                try await attempt.value
                return log.notice(
                    "a venue that was not there is there", metadata: ["broker": "\(seat.venue.name)"])
            } catch {
                log.warning(
                    "a venue does not start", metadata: ["broker": "\(seat.venue.name)", "error": "\(error)"])
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                attempt = Task { try await seat.venue.start(watch) }
            }
        }
    }
}

extension VenueError {
    /// Whether it may be different in a moment, without anybody changing a setting.
    fileprivate var mayPass: Bool {
        switch remedy {
        case .retryable, .rateLimited, .unknownOutcome: true
        case .rejected, .notFound, .configuration: false
        }
    }
}
