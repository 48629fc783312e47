package import Core
import Synchronization

/// News between the one who hears them and the one who waits for them: bounded, and never a wait that nobody ends.
///
/// When it is full, the oldest piece that may be lost goes first; when all are precious, the newcomer is refused and
/// the reader is told of a gap in its place. One reader at a time.
package final class BoundedFeed<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [Element] = []
        var reader: CheckedContinuation<Void, Never>?
        var failure: (any Error)?
        var isOver = false
        var lost = 0
        /// What is told in place of refused pieces, and how many are read before it.
        var gap: (behind: Int, element: Element)?

        mutating func refuse(_ element: Element?) {
            if gap == nil, let element { gap = (waiting.count, element) }
        }

        mutating func remove(at place: Int) -> Element {
            if let behind = gap?.behind, place < behind { gap?.behind = behind - 1 }
            return waiting.remove(at: place)
        }

        mutating func next() -> Element? {
            if let found = gap, found.behind == 0 {
                gap = nil
                return found.element
            }
            return waiting.isEmpty ? nil : remove(at: 0)
        }
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let isDispensable: @Sendable (Element) -> Bool
    private let gap: @Sendable (Element) -> Element?

    /// A feed that holds at most `capacity` pieces.
    ///
    /// - Parameter gap: What the reader gets once in place of a piece that was refused, and of all that are refused
    ///   before it reads so; nil for nothing.
    package init(
        capacity: Int, gap: @escaping @Sendable (Element) -> Element? = { _ in nil },
        isDispensable: @escaping @Sendable (Element) -> Bool
    ) {
        precondition(capacity > 0, "a feed holds something")
        (self.capacity, self.isDispensable, self.gap) = (capacity, isDispensable, gap)
    }

    /// How many pieces were lost so far.
    package var lost: Int { state.withLock { $0.lost } }

    /// Adds a piece. `merge` may put it into a waiting one instead, such as a newer price over an older.
    ///
    /// - Returns: Whether it is in.
    @discardableResult
    package func push(_ element: Element, merge: (inout [Element]) -> Bool = { _ in false }) -> Bool {
        let (reader, isIn) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
            guard !state.isOver else { return (nil, false) }
            if !merge(&state.waiting) {
                if state.waiting.count >= capacity {
                    state.lost += 1
                    guard let victim = state.waiting.firstIndex(where: isDispensable) else {
                        if !isDispensable(element) { state.refuse(gap(element)) }
                        return (nil, false)
                    }
                    _ = state.remove(at: victim)
                }
                state.waiting.append(element)
            }
            defer { state.reader = nil }
            return (state.reader, true)
        }
        reader?.resume()
        return isIn
    }

    /// Ends it: what waits is still read, then the reader gets nil, or `failure`.
    package func finish(_ failure: (any Error)? = nil) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isOver else { return nil }
            (state.isOver, state.failure) = (true, failure)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Waits for the next piece; nil at the end.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, and once what it was finished with.
    package func next() async throws -> Element? {
        while true {
            try Task.checkCancellation()
            let (element, isOver, failure) = state.withLock { state -> (Element?, Bool, (any Error)?) in
                if let element = state.next() { return (element, false, nil) }
                guard state.isOver else { return (nil, false, nil) }
                defer { state.failure = nil }
                return (nil, true, state.failure)
            }
            if let element { return element }
            if let failure { throw failure }
            if isOver { return nil }
            await park()
        }
    }

    /// What a wait with a limit came to.
    package enum Reading: Sendable {
        /// The next piece.
        case element(Element)
        /// Nothing came in time.
        case nothing
        /// Nothing will come any more.
        case over
    }

    /// Waits for the next piece, at most so long. A piece that comes at the very end of the wait is not lost.
    ///
    /// - Throws: As ``next()``.
    package func next(within limit: Duration) async throws -> Reading {
        try await withThrowingTaskGroup(of: Reading.self) { group in
            group.addTask {
                do {
                    return try await self.next().map(Reading.element) ?? .over
                } catch is CancellationError {
                    return .nothing
                }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return .nothing
            }
            var found = Reading.nothing
            while let reading = try await group.next() {
                if case .nothing = reading {} else { found = reading }
                group.cancelAll()
            }
            try Task.checkCancellation()
            return found
        }
    }

    private func park() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state -> Bool in
                    guard state.waiting.isEmpty, !state.isOver, !Task.isCancelled else { return true }
                    state.reader = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }
    }
}

extension BoundedFeed where Element == VenueBatch {
    /// The news of a venue. Prices may be lost, and so may what a later reading tells again; bars, orders and
    /// executions may not: where there is no room for them, the reader is told to read the whole account.
    package static func news(capacity: Int = 4096) -> BoundedFeed<VenueBatch> {
        BoundedFeed(
            capacity: capacity, gap: { VenueBatch(broker: $0.broker, at: $0.at, events: [.reconnected]) },
            isDispensable: { $0.isPrices })
    }
}
