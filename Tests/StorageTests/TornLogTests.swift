import Core
import Foundation
import Storage
import Testing

/// A power cut may leave any prefix of the log, and a failing disk any garbage in it: what is recovered is whole
/// commits, never less than what was on the disk before the damage, and never a part of one.
@Suite struct TornLogTests {
    /// A running ledger and how long its log was after each commit.
    private struct Scene {
        let fixture: LedgerFixture
        let ledger: Ledger
        let life: [LedgerCommit]
        var lengths: [Int] = []

        init() throws {
            fixture = try LedgerFixture()
            ledger = try fixture.open()
            life = try LedgerFixture.life()
            for commit in life {
                try ledger.commit(commit)
                lengths.append(try fixture.folder.bytes("trades.sqlite-wal").count)
            }
        }

        /// How many commits a sound prefix of `count` bytes holds.
        func commits(within count: Int) -> Int { lengths.count { $0 <= count } }

        /// What a power cut leaves, with the log replaced.
        func image(log: [UInt8]) throws -> LedgerFixture {
            let image = try LedgerFixture()
            try FileManager.default.copyItem(atPath: fixture.path, toPath: image.path)
            try image.folder.write(log, to: "trades.sqlite-wal")
            return image
        }

        /// Whoever opens it is told which file is damaged and what to do, and touches nothing.
        func expectRefusal(of log: [UInt8], _ what: String) throws {
            let image = try image(log: log)
            let attempts: [() throws -> Void] = [
                { _ = try image.open() }, { _ = try LedgerReader(path: image.path).verify() },
                { try LedgerReader(path: image.path).backup(to: image.path + ".backup") },
            ]
            for attempt in attempts {
                let error = #expect(throws: LedgerError.self, "\(what)") { try attempt() }
                #expect(error?.description.contains("trades.sqlite-wal") == true)
                #expect(error?.fix.contains("backup") == true)
            }
            #expect(try image.folder.bytes("trades.sqlite-wal") == log, "nothing is touched")
        }

        func expect(_ expected: Int, after log: [UInt8], _ what: String) throws {
            let image = try image(log: log)
            let ledger = try image.open()
            let rows = Int(try ledger.reader.journalLength())
            #expect(rows == expected, "\(what)")
            let findings = try ledger.reader.verify().findings
            #expect(findings.isEmpty, "\(what): \(findings)")
            #expect(try ledger.reader.fills() == life.prefix(rows).flatMap(\.fills), "\(what)")
            #expect(try ledger.reader.intents() == life.prefix(rows).flatMap(\.intents), "\(what)")
            // And the books can be continued.
            for commit in life[rows...] { try ledger.commit(commit) }
            #expect(try ledger.reader.verify().isSound, "\(what)")
        }
    }

    /// The header has 32 bytes, each frame 24 and a page.
    private static func frames(_ log: [UInt8]) -> [Int] {
        let page = log[8..<12].reduce(0) { $0 << 8 | Int($1) }
        return Array(stride(from: 32, through: log.count, by: 24 + page))
    }

    @Test func aLogCutAtAnyFrameKeepsEveryCommitBeforeTheCut() throws {
        let scene = try Scene()
        let log = try scene.fixture.folder.bytes("trades.sqlite-wal")
        let frames = Self.frames(log)
        #expect(frames.last == log.count && frames.count > 20)
        for frame in frames {
            for cut in [frame - 1, frame, frame + 1, frame + 24] where (0...log.count).contains(cut) {
                try scene.expect(scene.commits(within: cut), after: Array(log[..<cut]), "cut at \(cut)")
            }
        }
        for cut in [0, 1, 16, 31] { try scene.expect(0, after: Array(log[..<cut]), "cut at \(cut)") }
    }

    /// A power cut tears the last commit at most: garbage in an older one would take those behind it along unseen.
    @Test func garbageInTheLastCommitIsAPowerCutAndInAnOlderOneIsRefused() throws {
        let scene = try Scene()
        var random = SeededRandom(seed: 5)
        let log = try scene.fixture.folder.bytes("trades.sqlite-wal")
        let frames = Self.frames(log)
        for (start, end) in zip(frames, frames.dropFirst()) {
            var damaged = log
            let place = start + random.below(end - start)
            damaged[place] ^= UInt8(1 + random.below(255))
            let before = scene.commits(within: start)
            // The number of the database's pages after a commit (bytes 4 to 8) is covered by the checksum as well.
            if before == scene.life.count - 1 { try scene.expect(before, after: damaged, "garbage at \(place)") }
            // One commit before the last may look like a part of the last.
            if before < scene.life.count - 2 { try scene.expectRefusal(of: damaged, "garbage at \(place)") }
            var tail = Array(log[..<start])
            tail += (0..<900).map { _ in UInt8(random.below(256)) }
            try scene.expect(scene.commits(within: start), after: tail, "garbage from \(start) on")
        }
    }

    /// SQLite passes over a log whose header is damaged, and every commit in it would be lost without a word.
    @Test func aDamagedHeaderOfTheLogIsRefusedAndNamed() throws {
        let scene = try Scene()
        let log = try scene.fixture.folder.bytes("trades.sqlite-wal")
        for place in 0..<32 {
            var damaged = log
            damaged[place] ^= 0x40
            try scene.expectRefusal(of: damaged, "byte \(place)")
        }
        // A header of zeros was never written: the file grew before the power was cut.
        try scene.expect(0, after: [UInt8](repeating: 0, count: 32) + log[32...], "an empty header")
    }
}
