import Foundation
import Glibc
import Testing

extension Acceptance {
    /// A twin that was killed goes on where it was, like a venue whose line was cut.
    @Suite struct TwinMemoryTests {
        /// A site whose twin can be found again: it has a port of its own.
        private func site(_ flags: [String], isSpot: Bool) async throws -> LiveSite {
            let live = try await LiveSite(flags, isSpot: isSpot)
            try await live.twin.stop()
            let found = live.with(try await TwinAtWork(live.site, flags, port: live.twin.port))
            try await found.twin.price(live.price)
            return found
        }

        private func journals(_ live: LiveSite) throws -> [String] {
            let folder = live.site.url.appending(path: "twin/bitget/state").path
            return (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        }

        /// The venue and the runner are killed in turn, before, during and after the entry: one order is sent, the
        /// position keeps its stop, and both sides have the same books to the last digit.
        @Test(arguments: [nil, .unifiedHedge, .classicSpot] as [MannerTests.Manner?])
        func bothMayBeKilledAndTheBooksAgree(manner: MannerTests.Manner?) async throws {
            let flags = manner?.flags ?? []
            var live = try await site(flags, isSpot: manner?.isSpot ?? false)
            live.settings["PROTECT_UNPROTECTED_SECONDS"] = "60"
            var runner = try live.start()
            for delay in [150, 300, 500, 900] {
                try await Task.sleep(for: .milliseconds(delay))
                try await live.twin.die()
                live = live.with(try await TwinAtWork(live.site, flags, port: live.twin.port))
                try await Task.sleep(for: .milliseconds(delay))
                runner.send(SIGKILL)
                _ = try await runner.end()
                runner = try live.start()
            }
            try await live.untilProtected()
            let before = try await live.twin.books()
            #expect(before.names.count == 1, "one order, sent once")
            try await live.twin.die()
            live = live.with(try await TwinAtWork(live.site, flags, port: live.twin.port))
            let after = try await live.twin.books()
            #expect(after.fills() == before.fills() && after.held == before.held && after.names == before.names)
            try await live.end(runner)
            try await live.expectSettled()
            try await live.twin.stop()
            #expect(try journals(live) == [], "a twin that ends in order leaves nothing behind")
        }

        @Test func withOtherOptionsOrWhenAskedToItBeginsAnew() async throws {
            let live = try await site([], isSpot: false)
            let body = #"{"symbol":"BTCUSDT","side":"buy","size":"0.01","market":"futures"}"#
            try await live.twin.control("trade", body)
            try await live.twin.until("a position") { $0.held.count == 1 }
            var twin = live.twin
            let starts: [(flags: [String], isKept: Bool)] = [
                ([], true), (["--new"], false), (["--leverage", "5"], false),
            ]
            for (flags, isKept) in starts {
                try await twin.control("trade", body)
                try await twin.until("a position") { $0.held.count == 1 }
                try await twin.die()
                twin = try await TwinAtWork(live.site, flags, port: twin.port)
                #expect(try await twin.books().isFlat != isKept, "\(flags)")
                #expect(try twin.program.errorsSoFar.contains("a twin was killed here") == isKept)
            }
            try await twin.stop()
        }

        /// A memory that cannot be read to its end is not gone on from without a word.
        @Test func aDamagedMemoryIsSaid() async throws {
            let live = try await site([], isSpot: false)
            let body = #"{"symbol":"BTCUSDT","side":"buy","size":"0.01","market":"futures"}"#
            try await live.twin.control("trade", body)
            try await live.twin.until("a position") { $0.held.count == 1 }
            try await live.twin.die()
            let name = try #require(try journals(live).first)
            let path = live.site.url.appending(path: "twin/bitget/state/\(name)").path
            let text = try String(contentsOfFile: path, encoding: .utf8)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            try #require(lines.count > 4)
            lines[2] = "?"
            try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
            let twin = try await TwinAtWork(live.site, [], port: live.twin.port)
            #expect(try await twin.books().isFlat)
            let said = try twin.program.errorsSoFar
            #expect(said.contains("line 3 of ") && said.contains("begins anew"), "\(said)")
            try await twin.stop()
        }

        /// Two twins do not write one memory, and the second says that it has none.
        @Test func aSecondTwinSaysThatItHasNoMemory() async throws {
            let live = try await site([], isSpot: false)
            let folder = live.site.url.appending(path: "twin/bitget", directoryHint: .isDirectory)
            let second = try Program(
                ["twin", "bitget", "--port", String(live.twin.port), "--assets", "BTCUSDT"]
                    + ["--bars", Workshop.bundle.path], in: folder)
            let end = try await second.end()
            #expect(end.status == 69 && end.errors.contains("another twin writes"), "\(end.text)")
            #expect(try journals(live).count == 1, "the first one's memory is still there")
            try await live.twin.stop()
        }
    }
}
