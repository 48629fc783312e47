/// Wakes the one who waits for work; a ring that nobody waits for is remembered once.
final class Bell: Sendable {
    private let rings = BoundedFeed<Bool>(capacity: 1) { _ in true }

    /// Wakes the waiting one, or the next to wait.
    func ring() {
        rings.push(true) { !$0.isEmpty }
    }

    /// Waits for a ring, at most so long.
    func wait(atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await self.rings.next() }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
