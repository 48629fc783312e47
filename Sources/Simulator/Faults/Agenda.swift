public import Core

/// What is due when, earliest first; at one moment in the order it was put in. A binary heap.
///
/// Public and inlinable, so that other modules specialize it: unspecialized it took a tenth of a chaos run.
public struct Agenda<Item: Sendable>: Sendable {
    @usableFromInline struct Entry: Sendable {
        @usableFromInline let at: Timestamp
        @usableFromInline let number: Int
        @usableFromInline let item: Item

        @inlinable init(at: Timestamp, number: Int, item: Item) {
            (self.at, self.number, self.item) = (at, number, item)
        }

        @inlinable func precedes(_ other: Entry) -> Bool {
            at != other.at ? at < other.at : number < other.number
        }
    }

    @usableFromInline var entries: [Entry] = []
    @usableFromInline var numbers = 0

    /// Nothing is due yet.
    @inlinable public init() {}

    /// When the first item is due.
    @inlinable public var nextAt: Timestamp? { entries.first?.at }

    /// Whether nothing is due.
    @inlinable public var isEmpty: Bool { entries.isEmpty }

    /// Puts an item in.
    @inlinable public mutating func add(_ item: Item, at moment: Timestamp) {
        entries.append(Entry(at: moment, number: numbers, item: item))
        numbers += 1
        var child = entries.count - 1
        while child > 0, entries[child].precedes(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the first item if it is due at `now`.
    @inlinable public mutating func take(dueAt now: Timestamp) -> Item? {
        guard let first = entries.first, first.at <= now else { return nil }
        let last = entries.removeLast()
        if entries.isEmpty { return first.item }
        // The first place is a hole that sinks until the last entry fits: each entry on the way is moved once.
        var hole = 0
        while let child = earlierChild(of: hole), entries[child].precedes(last) {
            entries[hole] = entries[child]
            hole = child
        }
        entries[hole] = last
        return first.item
    }

    @inlinable func earlierChild(of parent: Int) -> Int? {
        let (left, right) = (2 * parent + 1, 2 * parent + 2)
        guard left < entries.count else { return nil }
        let isRight = right < entries.count && entries.span[right].precedes(entries.span[left])
        return isRight ? right : left
    }
}
