package import Core
import Simulator
import Synchronization

/// What a connection does with a request.
enum TwinReply: Sendable {
    /// Tell this after so many milliseconds.
    case answer(TwinAnswer, after: Int64)
    /// Close without a word.
    case drop
    /// Say nothing and stay open.
    case hang
    /// Nobody is there at the moment: bring it again a little later.
    case later
}

/// What is written on streams, and when.
struct StreamDelivery: Sendable {
    let send: @Sendable (StreamMessage.Content) -> Void
    let content: StreamMessage.Content
    let after: Int64
}

/// A venue between its connections and everything that can go wrong there.
///
/// The world decides, the host loses, repeats and delays. All connections share one event loop, so that what is
/// handed out in order also leaves in order.
package final class TwinHost<World: TwinWorld>: Sendable {
    struct State {
        var world: World
        var log = RequestLog()
        var sessions = 0
        var streams: [Int: @Sendable (StreamMessage.Content) -> Void] = [:]
        var skew = TimeSpan.zero
    }

    let state: Mutex<State>
    private let wallClock: @Sendable () -> Timestamp
    private let trace: (@Sendable (String) -> Void)?
    private let journal: TwinJournal?

    /// A host of a world.
    ///
    /// - Parameters:
    ///   - wallClock: The real time.
    ///   - trace: Gets a line for each request that somebody makes; what is only gone through again is none.
    ///   - journal: Hears everything that the world is told, before anybody hears what came of it.
    package init(
        _ world: World, wallClock: @escaping @Sendable () -> Timestamp, trace: (@Sendable (String) -> Void)? = nil,
        journal: TwinJournal? = nil
    ) {
        state = Mutex(State(world: world))
        (self.wallClock, self.trace, self.journal) = (wallClock, trace, journal)
    }

    /// Looks at the world, for tests and reports.
    package func withWorld<Result>(_ look: (inout World) throws -> sending Result) rethrows -> sending Result {
        try state.withLock { try look(&$0.world) }
    }

    /// The real time.
    func now() -> Timestamp { wallClock() }

    /// Does something at one reading of the clock, and lets the journal know what it was.
    func noting<Result>(_ deed: TwinInput.Deed, _ act: (Timestamp) -> (Result, isFelt: Bool)) -> Result {
        let now = wallClock()
        let (result, isFelt) = act(now)
        journal?(TwinInput(at: now, deed), isFelt)
        return result
    }

    /// A moment as the venue's clocks show it.
    func moment(_ state: State, at wall: Timestamp) -> TwinMoment {
        var skew = state.skew
        if let spell = state.world.faults.spell(.wrongClock, at: wall) {
            skew = skew + .milliseconds(spell.size % 2 == 0 ? spell.size : -spell.size)
        }
        return TwinMoment(wall: wall + skew, venue: state.world.market.venueTime(at: wall) + skew)
    }

    /// Lets time go on; gives what leaves on streams.
    func tick() -> [StreamDelivery] {
        noting(.tick) { now in
            let told = tick(at: now)
            return (told, !told.isEmpty)
        }
    }

    func tick(at wall: Timestamp) -> [StreamDelivery] {
        state.withLock { state in
            guard !state.world.faults.isFrozen else { return [] }
            state.world.advance(to: moment(state, at: wall))
            return deliveries(&state, at: wall)
        }
    }

    // MARK: Requests

    /// What becomes of a request, and what leaves on streams because of it.
    func handle(_ request: TwinRequest) -> (TwinReply, [StreamDelivery]) {
        let now = wallClock()
        let result = handle(request, at: now)
        // Whoever is told to come again later has changed nothing.
        if case .later = result.0 { return result }
        if let trace, request.command == nil {
            trace("\(request.method) \(request.target) -> \(Self.outcome(of: result.0))")
        }
        journal?(TwinInput(at: now, request.isLook ? .tick : .request(request)), true)
        return result
    }

    func handle(_ request: TwinRequest, at wall: Timestamp) -> (TwinReply, [StreamDelivery]) {
        if let command = request.command { return control(command, request, at: wall) }
        return state.withLock { state in
            guard !state.world.faults.isFrozen else { return (.later, []) }
            let now = moment(state, at: wall)
            state.world.advance(to: now)
            let reply = outcome(request, &state, at: now)
            state.world.advance(to: now)
            state.log.note(request, Self.outcome(of: reply), at: now.wall)
            return (reply, deliveries(&state, at: wall))
        }
    }

    /// What became of a request, in a few words.
    private static func outcome(of reply: TwinReply) -> String {
        switch reply {
        case .answer(let answer, let delay):
            let code = Wire(json: answer.body)?["code"]?.string
            return "\(answer.status)\(code.map { " \($0)" } ?? "")\(delay > 0 ? " after \(delay) ms" : "")"
        case .drop: return "dropped"
        case .hang: return "never answered"
        case .later: return "frozen"
        }
    }

    private func outcome(_ request: TwinRequest, _ state: inout State, at now: TwinMoment) -> TwinReply {
        let rules = state.world.faults.rules(method: request.method, path: request.path, at: now.wall)
        if state.world.faults.happens(.dropRequest, at: now.wall) || rules.contains(where: { $0.do == .dropRequest }) {
            return .drop
        }
        if let early = early(rules, &state, at: now) { return early }
        let changes = request.method != "GET"
        var answer = state.world.answer(request, at: now)
        let twice = rules.contains { $0.do == .duplicateRequest }
        if twice || (changes && state.world.faults.happens(.duplicateRequest, at: now.wall)) {
            answer = state.world.answer(request, at: now)
        }
        if changes, state.world.faults.happens(.errorAfterAccept, at: now.wall) {
            return .answer(.gatewayPage(502), after: 0)
        }
        if state.world.faults.happens(.dropResponse, at: now.wall) || rules.contains(where: { $0.do == .dropResponse })
        {
            return .drop
        }
        var delay = state.world.faults.travel(at: now.wall)
        for rule in rules {
            switch rule.do {
            case .hang: return .hang
            case .delay: delay = delay + state.world.faults.time(of: rule, or: .seconds(2))
            case .gateway: answer = .gatewayPage(rule.status ?? 502)
            case .reject: answer = refusal(rule, state, at: now)
            case .malformed: answer.body = Array(answer.body.prefix(answer.body.count / 2))
            case .empty: answer.body = []
            case .nullLists:
                answer.body = Array(String(decoding: answer.body, as: UTF8.self).replacing("[]", with: "null").utf8)
            default: break
            }
        }
        if state.world.faults.happens(.reorder, at: now.wall) {
            delay = delay + (state.world.faults.time(of: .reorder) ?? .zero)
        }
        return .answer(answer, after: delay.milliseconds)
    }

    /// What is said before anyone acts.
    private func early(_ rules: [FaultRule], _ state: inout State, at now: TwinMoment) -> TwinReply? {
        if state.world.faults.isOn(.rateLimit, at: now.wall) {
            return .answer(throttled(state, nil, at: now), after: 0)
        }
        if let spell = state.world.faults.spell(.rateLimitRetryAfter, at: now.wall) {
            state.world.faults.note(.rateLimitRetryAfter)
            return .answer(throttled(state, (spell.until - now.wall).seconds, at: now), after: 0)
        }
        for rule in rules {
            switch rule.do {
            case .rateLimit: return .answer(throttled(state, rule.seconds?.last, at: now), after: 0)
            case .gateway where rule.accept != true: return .answer(.gatewayPage(rule.status ?? 502), after: 0)
            case .reject where rule.accept != true: return .answer(refusal(rule, state, at: now), after: 0)
            default: continue
            }
        }
        return nil
    }

    private func throttled(_ state: State, _ wait: Double?, at now: TwinMoment) -> TwinAnswer {
        var answer = state.world.refusal(code: "429", message: "Too Many Requests", status: 429, at: now)
        if let wait { answer.headers["Retry-After"] = String(max(Int(wait.rounded(.up)), 1)) }
        return answer
    }

    private func refusal(_ rule: FaultRule, _ state: State, at now: TwinMoment) -> TwinAnswer {
        state.world.refusal(
            code: rule.code ?? "40725", message: rule.message ?? "injected by the fault plan",
            status: rule.status ?? 400, at: now)
    }
}
