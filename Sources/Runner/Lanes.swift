import Core
import Engine
import Synchronization

/// Sends messages without keeping the loop waiting: each instrument of each broker has a lane of its own, in which
/// messages leave one after the other, in the order the engine asked; what they come to goes to the intake.
///
/// Cap and policy: a lane holds ``limit`` messages. Beyond it, entries are refused as rate limited (they were not
/// sent), and questions are dropped, because the engine repeats them; exits and cancellations always find room. A
/// question that waits already is not asked a second time: at a slow venue repetitions would only be in the way.
final class Lanes: Sendable {
    /// So many messages wait in a lane at most, exits and cancellations aside.
    static let limit = 64

    private struct Key: Hashable {
        let broker: BrokerName
        let symbol: Symbol?
    }

    private let performer: Performer
    private let intake: Intake
    private let uptime: @Sendable () -> Duration
    private let waiting = Mutex<[Key: [Effect]]>([:])

    init(performer: Performer, intake: Intake, uptime: @escaping @Sendable () -> Duration) {
        (self.performer, self.intake, self.uptime) = (performer, intake, uptime)
    }

    /// Whether every message has been answered or given up.
    var isIdle: Bool { waiting.withLock { $0.isEmpty } }

    /// Sends every message among `effects`; returns at once.
    func send(_ effects: [Effect]) {
        for effect in effects {
            guard let broker = effect.broker else { continue }
            let key = Key(broker: broker, symbol: effect.symbol)
            let (isTaken, isNew) = waiting.withLock { waiting -> (Bool, Bool) in
                if effect.isQuestion, waiting[key]?.contains(effect) ?? false { return (true, false) }
                guard waiting[key, default: []].count < Self.limit || effect.mustLeave else { return (false, false) }
                let isNew = waiting[key] == nil
                waiting[key, default: []].append(effect)
                return (true, isNew)
            }
            if !isTaken { refuse(effect, broker) }
            if isNew { Task { await self.serve(key) } }
        }
    }

    private func serve(_ key: Key) async {
        // The message on its way stays at the head, so that the lane counts as busy until it is answered.
        while let effect = waiting.withLock({ $0[key]?.first }) {
            let start = uptime()
            let event = await performer.answer(to: effect)
            intake.post(key.broker, event, after: uptime() - start)
            waiting.withLock { waiting in
                waiting[key]?.removeFirst()
                if waiting[key]?.isEmpty ?? false { waiting[key] = nil }
            }
        }
    }

    private func refuse(_ effect: Effect, _ broker: BrokerName) {
        guard case .submit(let approved, _) = effect else { return }
        let error = VenueError(
            .rateLimited, code: "LANE_FULL", message: "\(broker) has \(Self.limit) messages to answer already")
        intake.post(broker, .refused(approved.request.symbol, approved.request.clientID, error), after: .zero)
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

    /// Whether it only asks, so that asking twice tells nothing new.
    fileprivate var isQuestion: Bool {
        switch self {
        case .query, .readAccount: true
        case .submit, .cancel, .amend, .alert, .refuse, .mark, .halted, .reconciled: false
        }
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
