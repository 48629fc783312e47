import Core
import Foundation
import Runner
import Simulator
import Storage
import Testing

/// The books as they stand on the disk whenever they have changed since the last look.
private actor Photographer {
    private let state: TemporaryState
    private var reader: LedgerReader?
    private var lastLength: Int64 = -1
    private(set) var copies: [TemporaryState] = []
    private(set) var failures: [String] = []

    init(_ state: TemporaryState) { self.state = state }

    func look() {
        do {
            let reader = try self.reader ?? LedgerReader(path: state.ledgerPath)
            self.reader = reader
            let length = try reader.journalLength()
            guard length != lastLength else { return }
            lastLength = length
            let copy = try TemporaryState()
            try reader.backup(to: copy.ledgerPath)
            copies.append(copy)
        } catch {
            failures.append("\(error)")
        }
    }
}

@Suite struct CrashTests {
    static let cases: [(seed: UInt64, sleep: Int64, parts: Int, latency: Int64)] = [
        (1, 1, 1, 0), (2, 0, 1, 0), (3, 1, 3, 0), (4, 0, 2, 300),
    ]

    /// Between two commits nothing is durable but what the first one wrote, so a crash at any moment is a start from
    /// the copy taken after some commit.
    @Test(arguments: cases) func aCrashAfterAnyCommitChangesNothing(
        seed: UInt64, sleep: Int64, parts: Int, latency: Int64
    ) async throws {
        var scenario = try LoopScenario(bars: 14, seed: seed)
        scenario.sleep = .milliseconds(sleep)
        scenario.latency = .milliseconds(latency)
        if parts > 1 { scenario.fillPolicy = .parts(parts, every: .seconds(60)) }
        let state = try TemporaryState()
        let photographer = Photographer(state)
        _ = try await scenario.run(state) { _ in await photographer.look() }
        let undisturbed = try Books(state)
        #expect(undisturbed.fills.count > 5)
        #expect(await photographer.failures.isEmpty)
        let copies = await photographer.copies
        #expect(copies.count > 15)
        for (number, copy) in copies.enumerated() {
            let end = try await scenario.run(copy)
            #expect(end.outcome == .finished)
            let books = try Books(copy)
            #expect(books == undisturbed, "after commit \(number) of seed \(seed)")
        }
    }

    /// Crashes one after the other: each start comes only a few commits further.
    @Test func manyCrashesInOneReplayChangeNothing() async throws {
        let scenario = try LoopScenario(bars: 14, seed: 5)
        let whole = try TemporaryState()
        _ = try await scenario.run(whole)
        var state = try TemporaryState()
        for _ in 0..<200 {
            let photographer = Photographer(state)
            let end = try await scenario.run(state) { _ in await photographer.look() }
            let copies = await photographer.copies
            guard copies.count > 3 else {
                #expect(end.outcome == .finished)
                break
            }
            state = copies[2]
        }
        let books = try Books(state)
        _ = try await scenario.run(state)
        #expect(try Books(state) == Books(whole))
        #expect(books.fills.count <= (try Books(whole)).fills.count)
    }
}
