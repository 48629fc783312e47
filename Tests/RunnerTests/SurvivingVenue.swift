import Brokers
import Core
import Simulator
import Storage
import Synchronization

/// Where the world ends: at one passing of one crash point. What lies on the disk at that moment is what a start finds.
final class CrashPlan: Sendable {
    private struct State {
        var counts: [CrashPoint: Int] = [:]
        var remains: TemporaryState?
        var failure: String?
    }

    private let target: (point: CrashPoint, visit: Int)?
    private let folder: TemporaryState
    private let state = Mutex(State())

    /// A plan that only counts, or one that ends the world when `point` is passed the `visit`-th time.
    init(_ folder: TemporaryState, at target: (point: CrashPoint, visit: Int)? = nil) {
        (self.folder, self.target) = (folder, target)
    }

    /// How often each point was passed.
    var counts: [CrashPoint: Int] { state.withLock(\.counts) }
    /// The disk as the crash left it; nil when the world did not end.
    var remains: TemporaryState? { state.withLock(\.remains) }
    /// Whether the world has ended: whatever the old runner still does is not real.
    var isOver: Bool { remains != nil || failure != nil }
    /// What went wrong while the disk was copied.
    var failure: String? { state.withLock(\.failure) }

    func pass(_ point: CrashPoint) {
        state.withLock { state in
            guard state.remains == nil else { return }
            state.counts[point, default: 0] += 1
            guard let target, target.point == point, state.counts[point] == target.visit else { return }
            do { state.remains = try folder.copied() } catch { state.failure = "\(error)" }
        }
    }
}

/// A venue in a process of its own: it lives on when the runner crashes, keeps what it was told, and can tell its news
/// again from any place. An operator pulls the kill switch at a moment of its time.
actor SurvivingVenue {
    enum Command: Hashable, Sendable {
        case submit(OrderRequest)
        case cancel(OrderReference)
    }

    struct Violation: Error {
        let text: String
    }

    private var market: ReplayedMarket
    private var told: [VenueBatch] = []
    private(set) var commands: [Command] = []
    private var cursor = 0
    private let killAt: Int?

    init(_ market: ReplayedMarket, killAt: Int?) {
        (self.market, self.killAt) = (market, killAt)
    }

    var snapshot: AccountSnapshot { market.snapshot() }

    /// Every order the venue ever accepted, as it stands now.
    var orders: [OrderReport] {
        commands.compactMap {
            if case .submit(let request) = $0 { market.order(.client(request.clientID)) } else { nil }
        }
    }

    func submit(_ request: OrderRequest) -> Result<OrderReport, VenueError> {
        commands.append(.submit(request))
        return market.submit(request)
    }

    func cancel(_ reference: OrderReference) -> Result<OrderReport, VenueError> {
        commands.append(.cancel(reference))
        return market.cancel(reference)
    }

    func order(_ id: ClientOrderID) -> OrderReport? { market.order(.client(id)) }
    func read(fillsSince moment: Timestamp) -> AccountSnapshot { market.snapshot(fillsSince: moment) }

    /// The next news after those that a runner knows; nil when there is none until `limit`.
    func next(_ state: TemporaryState, until limit: Timestamp? = nil) throws -> VenueBatch? {
        if cursor == killAt { try state.write(#"{"enabled": true, "reason": "storm"}"#, to: "kill_switch.json") }
        if cursor == told.count {
            let news = if let limit { market.next(until: max(limit, market.now)) } else { market.next() }
            guard let news else { return nil }
            told.append(news)
        }
        if let limit, told[cursor].at > limit { return nil }
        cursor += 1
        return told[cursor - 1]
    }

    /// A runner is back with what its books remember. Nothing may be known here that is not in the books; what is in
    /// the books and never arrived is sent now, under the same names.
    func welcome(_ steps: [RecordedStep], _ state: TemporaryState) throws {
        var (pulled, recorded): ([VenueBatch], [Command]) = ([], [])
        for step in steps {
            switch step {
            case .pulled(let batch): pulled.append(batch)
            // Its own clock went on.
            case .waited: break
            case .submitted(let request): recorded.append(.submit(request))
            case .cancelled(let reference, _): recorded.append(.cancel(reference))
            case .amended(let id, _, _): throw Violation(text: "order \(id) was changed, which this venue cannot do")
            }
        }
        guard told.starts(with: pulled) else { throw Violation(text: "the books hold news that nobody told") }
        guard recorded.starts(with: commands) else {
            throw Violation(text: "a message left before it was written down")
        }
        for command in recorded.dropFirst(commands.count) {
            switch command {
            case .submit(let request): _ = submit(request)
            case .cancel(let reference): _ = cancel(reference)
            }
        }
        cursor = pulled.count
        if let killAt, cursor <= killAt { try? state.remove("kill_switch.json") }
    }
}

/// One runner's connection to a surviving venue. It breaks when the world of that runner ends.
actor VenueLine: SteppedBroker {
    nonisolated let name = BrokerName("simulated")
    nonisolated let capabilities = BrokerCapabilities(nativeProtections: true, reduceOnly: true, duplicateSafe: true)
    private let venue: SurvivingVenue
    private let plan: CrashPlan
    private let state: TemporaryState
    private let broken = VenueError(.unknownOutcome, code: "CRASHED", message: "the runner is gone")

    init(_ venue: SurvivingVenue, _ plan: CrashPlan, _ state: TemporaryState) {
        (self.venue, self.plan, self.state) = (venue, plan, state)
    }

    func instruments(_ symbols: [Symbol]) async throws -> [Instrument] { [] }

    func submit(_ request: OrderRequest) async -> SubmitOutcome {
        guard !plan.isOver else { return .silent(broken) }
        switch await venue.submit(request) {
        case .success(let report): return .accepted(report)
        case .failure(let error): return .refused(error)
        }
    }

    func cancel(_ reference: OrderReference, _ symbol: Symbol) async -> CancelOutcome {
        guard !plan.isOver else { return .silent(broken) }
        switch await venue.cancel(reference) {
        case .success(let report): return .accepted(report)
        case .failure(let error): return .refused(error)
        }
    }

    func order(_ id: ClientOrderID, _ symbol: Symbol) async throws -> OrderReport? {
        guard !plan.isOver else { throw broken }
        return await venue.order(id)
    }

    func snapshot(fillsSince moment: Timestamp) async throws -> AccountSnapshot {
        guard !plan.isOver else { throw broken }
        return await venue.read(fillsSince: moment)
    }

    func nextEvents() async throws -> VenueBatch? {
        guard !plan.isOver else { throw broken }
        return try await venue.next(state)
    }

    func nextEvents(until limit: Timestamp) async throws -> VenueBatch? {
        guard !plan.isOver else { throw broken }
        return try await venue.next(state, until: limit)
    }
}
