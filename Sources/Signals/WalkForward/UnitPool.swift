/// Runs independent work on a bounded number of threads; the results stand in the order of the work.
enum UnitPool {
    /// Applies `body` to every element, at most `threads` at a time.
    ///
    /// - Throws: what the first failing element throws; elements that have not started then never start.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], threads: Int, _ body: @escaping @Sendable (Element) throws -> Result
    ) async throws -> [Result] {
        var results: [Result?] = Array(repeating: nil, count: elements.count)
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var next = 0
            func start(_ group: inout ThrowingTaskGroup<(Int, Result), any Error>) {
                guard next < elements.count else { return }
                let index = next
                let element = elements[index]
                next += 1
                group.addTask { (index, try body(element)) }
            }
            for _ in 0..<Swift.max(threads, 1) { start(&group) }
            while let (index, result) = try await group.next() {
                results[index] = result
                start(&group)
            }
        }
        return results.compactMap { $0 }
    }
}
