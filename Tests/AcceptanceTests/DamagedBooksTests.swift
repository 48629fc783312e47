import Foundation
import Testing

extension Acceptance {
    /// A dead man's switch that needs no books: whatever became of the ledger, the account gets flat.
    @Suite struct DamagedBooksTests {
        enum Damage: String, CaseIterable {
            case aByteOfTheJournal, halfOfTheFile, everything

            func happen(to site: Site) throws {
                let url = site.url.appending(path: "state/trades.sqlite")
                var bytes = try Data(contentsOf: url)
                switch self {
                case .aByteOfTheJournal:
                    let row = try #require(bytes.range(of: Data(#"{"configured""#.utf8)))
                    bytes[row.lowerBound + 2] = UInt8(ascii: "d")
                case .halfOfTheFile: bytes = bytes.prefix(bytes.count / 2)
                case .everything: bytes = Data("gone".utf8)
                }
                for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: url.path + suffix) }
                try bytes.write(to: url)
            }
        }

        /// A live runner that died with a protected position, and what is left of its ledger.
        private func remains(_ damage: Damage) async throws -> LiveSite {
            let live = try await LiveSite()
            let runner = try live.start()
            try await live.untilProtected()
            runner.send(SIGKILL)
            _ = try await runner.end()
            // Everything moves from the log into the file.
            try await live.site.succeed(["ledger", "vacuum", "--state-dir", "state"])
            try damage.happen(to: live.site)
            return live
        }

        @Test(arguments: Damage.allCases) func theWatchdogClosesEverythingAllTheSame(damage: Damage) async throws {
            let live = try await remains(damage)
            let end = try await live.site.run(
                ["watchdog", "--on-stale", "flatten", "--max-age", "1.5", "--json"], environment: live.environment)
            #expect(end.status == 10, "\(end.text)")
            let flatten = try #require(try end.jsonObject()["flatten"] as? [String: Any])
            #expect(flatten["isFlat"] as? Bool == true && flatten["way"] as? String == "closeOut", "\(end.text)")
            #expect((flatten["problems"] as? [String])?.count == 2, "\(end.text)")
            #expect(try await live.twin.books().isFlat)
            try live.expectNoSecrets()
            try await live.twin.stop()
        }

        /// A run that cannot open its ledger closes nothing, and says what does.
        @Test func aRunThatIsHaltedAndHasNoBooksNamesTheWayOut() async throws {
            let live = try await remains(.halfOfTheFile)
            try live.site.write(#"{"enabled": true, "reason": "manual"}"#, to: "state/kill_switch.json")
            let end = try await live.start().end()
            #expect(end.status == 65, "\(end.text)")
            let way = "aitrade flatten --venue bitget --assets \(live.twin.venue.asset) --state-dir state"
            #expect(end.errors.contains("NOTHING WAS CLOSED") && end.errors.contains(way), "\(end.text)")
            #expect(try await !live.twin.books().isFlat)
            let words = way.split(separator: " ").dropFirst().map(String.init)
            let flat = try await live.site.run(words, environment: live.environment)
            #expect(flat.status == 0, "\(flat.text)")
            #expect(try await live.twin.books().isFlat)
            try await live.twin.stop()
        }
    }
}
