package import Core
package import Engine
import Synchronization

/// Sends messages without keeping the loop waiting: each instrument of each broker has a lane of its own, in which
/// messages leave one after the other, in the order the engine asked; what they come to goes to the intake.
///
/// An order that opens leaves in its turn and is answered beside its lane, together with what is asked and told of it:
/// a venue that answers late may have filled it long before, and the stop must not wait for that answer, nor a close.
///
/// Cap and policy: a lane holds ``limit`` messages. Beyond it, entries are refused as rate limited (they were not
/// sent), and questions are dropped, because the engine repeats them; exits and cancellations always find room. A
/// question that waits already is not asked a second time: at a slow venue repetitions would only be in the way.
///
/// What waits may be overtaken by events: once trading is not active any more, an entry that did not leave yet never
/// does, whatever its lane waited for.
package final class Lanes: Sendable {
    /// So many messages wait in a lane at most, exits and cancellations aside.
    static let limit = 64

    /// What may leave.
    package enum Gate: Sendable {
        /// Everything.
        case open
        /// Everything but what opens a position.
        case reductions
        /// What does not open a position, while everything is being closed: no reading waits for what is not needed.
        case flattening
        /// Nothing any more: somebody else has taken over.
        case shut
    }

    private struct State {
        var gate = Gate.open
        var waiting: [Key: [Effect]] = [:]
        /// Entries that were turned back, of which nothing has to be cancelled.
        var unsent: Set<ClientOrderID> = []

        /// The lane that a message belongs to.
        func lane(of effect: Effect, _ broker: BrokerName) -> Key {
            let key = Key(broker: broker, symbol: effect.symbol)
            guard let id = effect.order else { return key }
            let own = key.beside(id)
            return waiting[own] == nil ? key : own
        }

        /// The first message of a lane was answered; the next one.
        mutating func proceed(_ key: Key) -> (effect: Effect, gate: Gate, mayLeave: Bool)? {
            waiting[key]?.removeFirst()
            // Whoever asks for something from here on serves the lane himself.
            if waiting[key]?.isEmpty ?? false { waiting[key] = nil }
            return next(key)
        }

        /// Takes the first message of a lane, with all that waits and is about the same order, out of it.
        ///
        /// - Returns: The lane it goes on in.
        mutating func part(_ id: ClientOrderID, from key: Key) -> Key {
            let own = key.beside(id)
            let all = waiting[key] ?? []
            waiting[own] = all.filter { $0.order == id }
            let rest = all.filter { $0.order != id }
            waiting[key] = rest.isEmpty ? nil : rest
            return own
        }

        /// The next message of a lane, and whether it may leave now.
        func next(_ key: Key) -> (effect: Effect, gate: Gate, mayLeave: Bool)? {
            guard let effect = waiting[key]?.first else { return nil }
            switch gate {
            case .shut: return (effect, gate, false)
            case .reductions, .flattening: return (effect, gate, !effect.opens && !isVoid(effect))
            case .open: return (effect, gate, !isVoid(effect))
            }
        }

        private func isVoid(_ effect: Effect) -> Bool {
            guard case .cancel(.client(let id), _, _) = effect else { return false }
            return unsent.contains(id)
        }
    }

    private struct Key: Hashable {
        let broker: BrokerName
        let symbol: Symbol?
        /// The order that opens and is answered beside the others.
        var order: ClientOrderID?

        func beside(_ id: ClientOrderID) -> Key { Key(broker: broker, symbol: symbol, order: id) }
    }

    /// Sends one message and waits for what it comes to.
    package typealias Answer = @Sendable (Effect, Gate) async -> EngineEvent?
    /// Takes what a message to a broker came to, and how long it took.
    package typealias Post = @Sendable (BrokerName, EngineEvent?, Duration) -> Void

    private let answer: Answer
    private let post: Post
    private let uptime: @Sendable () -> Duration
    private let state = Mutex(State())

    package init(answer: @escaping Answer, post: @escaping Post, uptime: @escaping @Sendable () -> Duration) {
        (self.answer, self.post, self.uptime) = (answer, post, uptime)
    }

    /// Whether every message has been answered or given up.
    package var isIdle: Bool { state.withLock { $0.waiting.isEmpty } }

    /// Says what may leave from now on; once shut, they stay so.
    package func set(_ gate: Gate) {
        state.withLock { if $0.gate != .shut { $0.gate = gate } }
    }

    /// Sends every message among `effects`; returns at once.
    package func send(_ effects: [Effect]) {
        for effect in effects {
            guard let broker = effect.broker else { continue }
            let (isTaken, new) = state.withLock { state -> (Bool, Key?) in
                let key = state.lane(of: effect, broker)
                if effect.isQuestion, state.waiting[key]?.contains(effect) ?? false { return (true, nil) }
                guard state.waiting[key, default: []].count < Self.limit || effect.mustLeave else {
                    return (false, nil)
                }
                let isNew = state.waiting[key] == nil
                state.waiting[key, default: []].append(effect)
                return (true, isNew ? key : nil)
            }
            if !isTaken { refuse(effect, broker) }
            if let new { Task { await self.serve(new) } }
        }
    }

    private func serve(_ key: Key) async {
        // The message on its way stays at the head, so that the lane counts as busy until it is answered.
        var next = state.withLock { $0.next(key) }
        while let message = next {
            if message.mayLeave, message.effect.opens, key.order == nil, let id = message.effect.order {
                let own: Key
                (own, next) = state.withLock { state in
                    let own = state.part(id, from: key)
                    return (own, state.next(key))
                }
                Task { await self.serve(own) }
                continue
            }
            let start = uptime()
            let event = message.mayLeave ? await answer(message.effect, message.gate) : turnBack(message.effect)
            post(key.broker, event, uptime() - start)
            next = state.withLock { $0.proceed(key) }
        }
    }

    /// A message that does not leave any more: of an entry the engine hears that it never did.
    private func turnBack(_ effect: Effect) -> EngineEvent? {
        guard effect.opens, case .submit(let approved, let broker) = effect else { return nil }
        let request = approved.request
        state.withLock { _ = $0.unsent.insert(request.clientID) }
        let error = VenueError(
            .rejected, code: "NEVER_SENT", message: "trading stopped before the order left for \(broker)")
        return .refused(request.symbol, request.clientID, error)
    }

    private func refuse(_ effect: Effect, _ broker: BrokerName) {
        guard case .submit(let approved, _) = effect else { return }
        let error = VenueError(
            .rateLimited, code: "LANE_FULL", message: "\(broker) has \(Self.limit) messages to answer already")
        post(broker, .refused(approved.request.symbol, approved.request.clientID, error), .zero)
    }
}

extension Effect {
    /// The instrument a message is about.
    fileprivate var symbol: Symbol? {
        switch self {
        case .submit(let approved, _): approved.request.symbol
        case .cancel(_, let symbol, _), .amend(_, let symbol, _, _, _), .query(let symbol, _, _): symbol
        case .readAccount, .alert, .refuse, .mark, .halted, .reconciled: nil
        }
    }

    /// The order of ours that a message is about, where it names one.
    fileprivate var order: ClientOrderID? {
        switch self {
        case .submit(let approved, _): approved.request.clientID
        case .cancel(.client(let id), _, _), .query(_, let id, _): id
        case .amend(let id, _, _, _, _): id
        case .cancel, .readAccount, .alert, .refuse, .mark, .halted, .reconciled: nil
        }
    }

    /// Whether it only asks, so that asking twice tells nothing new.
    fileprivate var isQuestion: Bool {
        switch self {
        case .query, .readAccount: true
        case .submit, .cancel, .amend, .alert, .refuse, .mark, .halted, .reconciled: false
        }
    }

    /// Whether it may open a position.
    fileprivate var opens: Bool {
        guard case .submit(let approved, _) = self else { return false }
        return !approved.request.reduceOnly
    }

    /// Whether it makes exposure smaller, so that no cap may hold it up.
    fileprivate var mustLeave: Bool {
        switch self {
        case .submit(let approved, _): approved.request.reduceOnly
        case .cancel, .amend: true
        case .query, .readAccount, .alert, .refuse, .mark, .halted, .reconciled: false
        }
    }
}
