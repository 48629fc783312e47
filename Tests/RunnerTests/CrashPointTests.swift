import Core
import Foundation
import Storage
import Testing

/// What a study of all points found, for people and for the reliability table.
private struct CrashReport: Codable {
    var points = CrashPoint.allCases.count
    var seeds = 0
    var crashes = 0
    /// Crashes by point.
    var crashesByPoint: [String: Int] = [:]
    var differences: [String] = []
}

/// Collects what the workers find.
private actor CrashBook {
    private(set) var report = CrashReport()
    private var seeds: Set<UInt64> = []

    func began(_ seed: UInt64) {
        seeds.insert(seed)
        report.seeds = seeds.count
    }

    func ended(_ point: CrashPoint, crashes: Int, all: Bool, difference: String?) {
        report.crashes += crashes
        if all { report.crashesByPoint[point.rawValue, default: 0] += 1 }
        if let difference { report.differences.append(difference) }
    }
}

@Suite struct CrashPointTests {
    /// `AITRADE_CRASH_SEEDS`: how many seeds, or `FIRST..LAST`; few by default.
    private static let seeds: ClosedRange<UInt64> = {
        let ends = ProcessInfo.processInfo.environment["AITRADE_CRASH_SEEDS"]?.split(separator: ".") ?? []
        let numbers = ends.compactMap { UInt64($0) }
        guard let last = numbers.last, last >= 1 else { return 1...1 }
        return numbers.count == 2 && numbers[0] <= last ? numbers[0]...last : 1...last
    }()

    @Test func everyPointHasANumber() {
        #expect(CrashPoint.allCases.count >= 40)
        #expect(CrashPoint.allCases.map(\.number) == Array(1...CrashPoint.allCases.count))
    }

    /// A crash at each numbered point, at a random one of its passings, for each seed: after a new start the fills,
    /// intents, positions, protections, equity, latch and the venue's own orders and account are those of the
    /// undisturbed run.
    @Test func aCrashAtAnyPointChangesNothing() async throws {
        let book = CrashBook()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<2 {
                let points = CrashPoint.allCases.filter { $0.number % 2 == worker }
                group.addTask {
                    for seed in Self.seeds { try await Self.study(seed, points, book) }
                }
            }
            try await group.waitForAll()
        }
        let result = await book.report
        #expect(result.differences.isEmpty, "\(result.differences.prefix(20).joined(separator: "\n"))")
        #expect(result.crashesByPoint.count >= 40, "so many points are passed in every market")
        for point in CrashPoint.allCases where Self.seeds.count >= 20 {
            #expect(result.crashesByPoint[point.rawValue, default: 0] > 0, "\(point) was never passed")
        }
        if let path = ProcessInfo.processInfo.environment["AITRADE_CRASH_REPORT"] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try encoder.encode(result).write(to: URL(filePath: path))
        }
    }

    private static func study(_ seed: UInt64, _ points: [CrashPoint], _ book: CrashBook) async throws {
        let study = try CrashStudy(seed: seed)
        let plain = try await study.undisturbed(killAt: nil)
        let killed = try await study.undisturbed(killAt: 4 + Int(seed % 30))
        await book.began(seed)
        for point in points {
            var random = SeededRandom(seed: seed, stream: point.rawValue)
            let order = random.chance(0.3) ? [killed, plain] : [plain, killed]
            let variant = order.first { $0.counts[point] != nil } ?? order[0]
            var targets: [(point: CrashPoint, visit: Int)] = []
            if let count = variant.counts[point] {
                targets = [(point, 1 + random.below(count))]
            } else {
                // Only a start after a crash passes here: first one between a message and its answer.
                let first = CrashPoint.performed
                targets = [(first, 1 + random.below(variant.counts[first] ?? 1)), (point, 1)]
            }
            let name = "seed \(seed), point \(point.number) \(point), visit \(targets.map(\.visit))"
            do {
                let (end, crashes) = try await study.crashed(targets, killAt: variant.killAt)
                let differences = end.differences(from: variant.end)
                await book.ended(
                    point, crashes: crashes, all: crashes == targets.count,
                    difference: differences.isEmpty ? nil : "\(name): \(differences)")
            } catch {
                await book.ended(point, crashes: 0, all: false, difference: "\(name): \(error)")
            }
        }
    }
}
