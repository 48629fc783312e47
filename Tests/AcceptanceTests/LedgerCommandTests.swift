import Foundation
import Glibc
import Testing

extension Acceptance {
    @Suite struct LedgerCommandTests {
        /// The drill of docs/ledger.md: back up, go on, lose the ledger, restore, go on; the end is the same.
        @Test func aRestoreIsRehearsed() async throws {
            let (site, whole, shared) = (try Site(), try Site(), try await Workshop.shared.shared())
            try await whole.succeed(shared.replay)
            try await site.succeed(shared.replay + ["--max-steps", "300"])
            let made = try await site.succeed(["ledger", "backup", "--json"]).jsonObject()
            let backup = try #require(made["backup"] as? String)
            #expect(made["journalRows"] as? Int ?? 0 > 300)
            try await site.succeed(shared.replay + ["--max-steps", "100"])
            try Data("gone".utf8).write(to: site.url.appending(path: "state/trades.sqlite"))
            try await site.fail(65, saying: ["trades.sqlite", "fix:"], shared.replay)
            let restored = try await site.succeed(["ledger", "restore", backup, "--json"]).jsonObject()
            let kept = try #require(restored["replaced"] as? String)
            #expect(try site.data(kept) == Data("gone".utf8))
            try await site.succeed(shared.replay)
            #expect(try await site.books() == whole.books())
        }

        @Test func nothingIsRestoredOrVacuumedUnderARunner() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let runner = try Program(shared.replay + ["--sleep", "0.02"], in: site.url)
            try await site.waitUntilRunning(runner.pid)
            // Online: the runner goes on writing while it is copied, verified and listed.
            try await site.succeed(["ledger", "backup", "copy.sqlite"])
            #expect(try await site.succeed(["ledger", "verify", "--file", "copy.sqlite"]).output.contains("sound"))
            try await site.fail(75, saying: ["\(runner.pid)", "fix:"], ["ledger", "restore", "copy.sqlite"])
            try await site.fail(75, saying: ["\(runner.pid)", "fix:"], ["ledger", "vacuum"])
            try await site.succeed(["ledger", "list"])
            runner.send(SIGINT)
            #expect(try await runner.end().status == 0)
            let vacuum = try await site.succeed(["ledger", "vacuum", "--json"]).jsonObject()
            #expect(vacuum["bytesAfter"] as? Int ?? .max <= vacuum["bytesBefore"] as? Int ?? 0)
            try await site.succeed(["ledger", "restore", "copy.sqlite"])
            try await site.succeed(shared.replay + ["--max-steps", "5"])
        }

        @Test func onlyASoundBackupIsRestored() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay + ["--max-steps", "200"])
            try await site.succeed(["ledger", "backup", "copy.sqlite"])
            var bytes = try site.data("copy.sqlite")
            let place = try #require(bytes.range(of: Data("\"barClosed\"".utf8))).lowerBound
            bytes[place + 3] ^= 1
            try bytes.write(to: site.url.appending(path: "copy.sqlite"))
            let found = try await site.run(["ledger", "verify", "--file", "copy.sqlite"])
            #expect(found.status == 1 && found.output.contains("journal row"), "\(found.text)")
            let before = try site.data("state/trades.sqlite")
            try await site.fail(
                65, saying: ["copy.sqlite", "not sound", "journal row"], ["ledger", "restore", "copy.sqlite"])
            try await site.fail(65, saying: ["none.sqlite", "fix:"], ["ledger", "restore", "none.sqlite"])
            #expect(try site.data("state/trades.sqlite") == before)
        }

        @Test func rotationKeepsTheWantedDays() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay + ["--max-steps", "20"])
            try FileManager.default.createDirectory(
                at: site.url.appending(path: "state/backups"), withIntermediateDirectories: true)
            for name in ["trades-20200101-000000", "trades-20200215-120000", "notes"] {
                try site.write("x", to: "state/backups/\(name).sqlite")
            }
            let report = try await site.succeed(["ledger", "rotate", "--json"]).jsonObject()
            #expect((report["removed"] as? [String])?.count == 2)
            let names = try site.names("state/backups")
            #expect(names.count == 2 && names.contains("notes.sqlite"))
            let list = try await site.succeed(["ledger", "list", "--json"]).json() as? [[String: Any]]
            #expect(list?.compactMap { $0["kind"] as? String } == ["current", "backup", "backup"])
            try await site.fail(64, saying: ["--keep-days"], ["ledger", "rotate", "--keep-days", "0"])
        }
    }
}
