import Core
import Engine
import Synchronization

/// What reaches a running loop from outside.
enum IntakeItem: Sendable {
    /// The kill-switch file engaged the switch at this moment.
    case kill(KillTrigger)
    /// What a request to a broker came to, and how long it took.
    case answer(BrokerName, EngineEvent?, after: Duration)
    /// News of a broker.
    case news(VenueBatch)
    /// An operator's command.
    case command(InboxCommand)
}

/// Merges everything a loop waits for, bounded: whoever is slow or frozen keeps nobody else waiting.
///
/// Caps and what happens beyond them: each broker has a queue of ``limitNews`` batches. Beyond half of it, prices
/// overwrite the prices queued last, because only the newest counts; beyond all of it, that broker's own reader waits,
/// and no news of orders is ever dropped. Answers are as many as requests were sent, whose number ``Lanes`` bounds.
/// Kill and stop are flags, commands as many as the inbox hands out at once.
///
/// Order: kill first, then answers, then commands, then news of each broker in turn.
final class Intake: Sendable {
    /// So many batches of one broker wait at most.
    static let limitNews = 256

    private struct State {
        var kill: KillTrigger?
        var answers: [IntakeItem] = []
        var commands: [InboxCommand] = []
        var news: [BrokerName: [VenueBatch]] = [:]
        var lastServed: BrokerName?
        var isWoken = false
        var consumer: CheckedContinuation<Void, Never>?
        var producers: [BrokerName: CheckedContinuation<Void, Never>] = [:]

        var isEmpty: Bool { kill == nil && answers.isEmpty && commands.isEmpty && news.isEmpty && !isWoken }
    }

    private let state = Mutex(State())

    /// Hands in news; waits while the broker's queue is full. One reader per broker.
    func offer(_ batch: VenueBatch) async {
        while true {
            let (isTaken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
                guard Self.add(batch, to: &state.news[batch.broker, default: []]) else { return (false, nil) }
                defer { state.consumer = nil }
                return (true, state.consumer)
            }
            waiter?.resume()
            if isTaken { return }
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isFree = state.withLock { state -> Bool in
                    guard state.news[batch.broker, default: []].count >= Self.limitNews else { return true }
                    state.producers[batch.broker] = continuation
                    return false
                }
                if isFree { continuation.resume() }
            }
        }
    }

    private static func add(_ batch: VenueBatch, to queue: inout [VenueBatch]) -> Bool {
        if queue.count >= limitNews / 2, let last = queue.last, let merged = merge(last, batch) {
            queue[queue.count - 1] = merged
            return true
        }
        guard queue.count < limitNews else { return false }
        queue.append(batch)
        return true
    }

    /// Two batches of prices as one that has the newest of each; nil when one holds more than prices.
    private static func merge(_ old: VenueBatch, _ new: VenueBatch) -> VenueBatch? {
        guard old.isOnlyPrices, new.isOnlyPrices else { return nil }
        let kept = old.events.filter { event in !new.events.contains { $0.replaces(event) } }
        return VenueBatch(broker: new.broker, at: new.at, events: kept + new.events)
    }

    /// Hands in an answer.
    func post(_ broker: BrokerName, _ event: EngineEvent?, after span: Duration) {
        signal { $0.answers.append(.answer(broker, event, after: span)) }
    }

    /// Hands in what the kill-switch file says.
    func post(_ kill: KillTrigger) {
        signal { $0.kill = $0.kill ?? kill }
    }

    /// Hands in a command.
    func post(_ command: InboxCommand) {
        signal { $0.commands.append(command) }
    }

    /// Makes the next ``next()`` return, with nil when there is nothing else.
    func wake() {
        signal { $0.isWoken = true }
    }

    private func signal(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            defer { state.consumer = nil }
            return state.consumer
        }
        waiter?.resume()
    }

    /// The next item; nil when only ``wake()`` was called. One consumer.
    func next() async -> IntakeItem? {
        while true {
            let (found, freed) = state.withLock { state -> (IntakeItem??, CheckedContinuation<Void, Never>?) in
                Self.take(&state)
            }
            freed?.resume()
            if let found { return found }
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isReady = state.withLock { state -> Bool in
                    guard state.isEmpty else { return true }
                    state.consumer = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    private static func take(_ state: inout State) -> (IntakeItem??, CheckedContinuation<Void, Never>?) {
        if let kill = state.kill {
            state.kill = nil
            return (.some(.kill(kill)), nil)
        }
        if !state.answers.isEmpty { return (.some(state.answers.removeFirst()), nil) }
        if !state.commands.isEmpty { return (.some(.command(state.commands.removeFirst())), nil) }
        let names = state.news.keys.sorted()
        let turn = names.first { name in state.lastServed.map { name > $0 } ?? true } ?? names.first
        guard let turn, var queue = state.news[turn], !queue.isEmpty else {
            guard state.isWoken else { return (nil, nil) }
            state.isWoken = false
            return (.some(nil), nil)
        }
        let batch = queue.removeFirst()
        state.news[turn] = queue.isEmpty ? nil : queue
        state.lastServed = turn
        return (.some(.news(batch)), state.producers.removeValue(forKey: turn))
    }
}

extension VenueEvent {
    /// Whether a newer one of its kind makes it worthless.
    fileprivate var isMerePrice: Bool {
        switch self {
        case .price, .quote: true
        default: false
        }
    }

    /// Whether it says everything that an older one said.
    fileprivate func replaces(_ older: VenueEvent) -> Bool {
        switch (self, older) {
        case (.price(let new, _), .price(let old, _)), (.quote(let new, _, _), .quote(let old, _, _)): new == old
        default: false
        }
    }
}

extension VenueBatch {
    /// Whether a newer batch of prices makes it worthless.
    fileprivate var isOnlyPrices: Bool { events.allSatisfy(\.isMerePrice) }
}
